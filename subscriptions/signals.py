"""Signals sent by the subscriptions app. Indexed in docs/signals.md."""

from django.dispatch import Signal

subscription_requested = Signal()
"""Somebody asked that an address follow a job.

Sent by ``subscriptions.services.subscribe`` inside the transaction that stores the
request, for every request that may be answered with an email: a first one, a
repeated one, and one for an address that follows the job already. A receiver that
raises undoes the request.

Arguments:
    sender: the ``Subscription`` class.
    instance: the ``Subscription``, confirmed or not.

Receivers write to the database at most. Imports and fixtures do not send it.
"""

new_subscriber = Signal()
"""A subscriber confirmed that they follow a job.

Sent once per subscription, by ``subscriptions.services.confirm``, inside the
transaction that confirms it, also for a subscription that staff added. A receiver
that raises undoes the confirmation, and a rollback undoes whatever the receiver
wrote.

Arguments:
    sender: the ``Subscription`` class.
    instance: the confirmed ``Subscription``.

Receivers write to the database at most. Imports and fixtures do not send it.
"""

manage_link_requested = Signal()
"""Somebody asked for the link to everything that their address follows.

Sent by ``subscriptions.services.request_manage_link`` inside its transaction, for
known addresses only; what the visitor sees does not depend on it. A receiver that
raises undoes the request.

Arguments:
    sender: the ``Subscriber`` class.
    instance: the ``Subscriber``.

Receivers write to the database at most.
"""
