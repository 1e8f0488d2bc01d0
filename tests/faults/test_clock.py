"""The database's clock jumps while workers send."""

import pytest

CONNECTIONS = 3


@pytest.mark.parametrize("hours", [2, -2])
def test_a_clock_that_jumps_repeats_one_message_a_connection_at_most(
    hours, board, dice, told
):
    board.follow(150)
    board.change()
    board.sink.delay = 0.003
    workers = dice.choice([1, 2])
    running = [board.worker(CONNECTIONS) for _ in range(workers)]
    board.took(dice.randrange(1, 140))

    board.wait(hours=hours)

    if hours < 0:
        # What was due before the jump is due again when the clock gets there.
        board.until(board.is_resting)
    board.until(board.is_finished)
    board.dismiss(*running)
    board.everybody_heard()
    told(repeats=CONNECTIONS * workers if hours > 0 else 0)
