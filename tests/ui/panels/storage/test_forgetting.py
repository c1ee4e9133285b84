from candledesk.cache.maintenance_messages import MaintenanceKind
from candledesk.ui.panels.storage.forgetting import forget_question, forget_requests
from tests.ui.panels.storage.conftest import make_lost, make_stored


def test_the_question_names_what_the_provider_can_no_longer_give():
    question = forget_question([make_lost("AAPL", "1m", 100_000, 80_000), make_stored("MSFT", "1d")])
    assert question.title == "Forget 2 series?"
    assert question.warning
    [loss] = question.losses
    assert loss.startswith("AAPL 1m: 80,000 bars, 1980-12-12 to 2")


def test_without_such_bars_there_is_no_warning():
    question = forget_question([make_stored("MSFT", "1d")])
    assert (question.title, question.warning, question.losses) == ("Forget MSFT 1d?", "", ())


def test_the_question_says_that_it_can_be_undone_and_that_an_archive_ends():
    question = forget_question([make_lost(is_archived=True)])
    assert any("backup is made first" in sentence for sentence in question.sentences)
    assert any("The archive of AAPL 1m ends." in sentence for sentence in question.sentences)
    assert not any("archive" in sentence for sentence in forget_question([make_stored()]).sentences)


def test_a_symbol_of_which_everything_goes_is_one_task():
    stored = [
        make_stored("AAPL", "1m"),
        make_stored("AAPL", "1d"),
        make_stored("MSFT", "1d"),
        make_stored("MSFT", "1h"),
    ]
    requests = forget_requests(stored[:3], stored)
    assert [(one.symbol, one.interval and one.interval.name) for one in requests] == [("AAPL", None), ("MSFT", "1d")]
    assert {one.kind for one in requests} == {MaintenanceKind.FORGET}


def test_each_is_backed_up_unless_a_backup_has_its_bars():
    stored = [make_stored(symbol) for symbol in ("A", "B", "C")]
    assert all(one.is_backed_up for one in forget_requests(stored, stored))
