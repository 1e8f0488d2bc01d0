"""Signals sent by the subscriptions app. Indexed in docs/signals.md."""

from django.dispatch import Signal

subscription_requested = Signal()
"""Somebody asked that an address follow a job.

Sent by ``subscriptions.services.subscribe`` inside the transaction that stores the
request, for every request that may be answered with an email: a first one, a
repeated one, and one for an address that follows the job already; not where the
browser proved the address already. A receiver that raises undoes the request.

Arguments:
    sender: the ``Subscription`` class.
    instance: the ``Subscription``, confirmed or not.

Receivers write to the database at most. Imports and fixtures do not send it.
"""

new_subscriber = Signal()
"""A subscriber confirmed that they follow a job.

Sent once per subscription inside the transaction that confirms it, whatever proves
the address: a link in an email (``subscriptions.services.confirm``,
``confirm_waiting``), the browser that used one just before (``subscribe``), or staff
who hold the consent (``follow_with_consent``). A receiver that raises undoes the
confirmation, and a rollback undoes whatever the receiver wrote.

Arguments:
    sender: the ``Subscription`` class.
    instance: the confirmed ``Subscription``.

Receivers write to the database at most. Imports and fixtures do not send it.
"""

manage_link_requested = Signal()
"""Somebody asked for the link to everything that an address follows.

Sent by ``subscriptions.services.request_manage_link`` inside its transaction, for known
and unknown addresses alike; what the visitor sees does not depend on it. A receiver
that raises undoes the request.

Arguments:
    sender: the ``Subscriber`` class.
    address: a valid address, as typed.

Receivers write to the database at most, and keep the address no longer than they must.
"""

refusal_requested = Signal()
"""Asks whether anything forbids writing to a person who wants to follow a job again.

Sent by ``subscriptions.services.obstacle``, in whatever transaction is open. A receiver
answers True when the address gets no email, whoever asks for it; anything else means
that it knows of nothing.

Arguments:
    sender: the ``Subscriber`` class.
    instance: the ``Subscriber``.

Receivers change nothing.
"""

personal_data_requested = Signal()
"""Somebody who may know it asked for everything that is held about an address.

Sent by ``subscriptions.services.personal_data``, in no transaction of its own. Each
receiver answers with a dictionary, which becomes part of the export: what the app holds
under names of its own, as JSON takes it. A receiver that raises stops the export.

Arguments:
    sender: the ``Subscriber`` class.
    instance: the ``Subscriber``; None when nobody is known by the address.
    address: a valid address.

Receivers change nothing.
"""

erasing_person = Signal()
"""A person is about to be deleted, with all that they follow.

Sent by ``subscriptions.services.erase`` inside its transaction, before rows go. What
hangs on the person by a key goes or lets go by itself; a receiver deletes what its app
knows the address by in another way. A receiver that raises stops the erasure.

Not sent when time forgets somebody who follows nothing any more.

Arguments:
    sender: the ``Subscriber`` class.
    instance: the ``Subscriber``; None when nobody is known by the address.
    address: a valid address.

Receivers write to the database at most.
"""
