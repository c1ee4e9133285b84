"""Layouts, the autosaved layout, and the versions of each."""

from candledesk.store.database_file import transaction
from candledesk.store.user.layouts import (
    AUTOSAVED,
    LAYOUTS,
    MAX_VERSIONS,
    LayoutVersionRow,
    list_layout_versions,
    read_layout,
    read_layout_version,
    write_layout,
)


def _write(conn, name, number, *, keeps_version=True):
    with transaction(conn):
        return write_layout(conn, name, {"number": number}, 100 + number, keeps_version=keeps_version)


def _versions(conn, name):
    return [read_layout_version(conn, name, row.version_id)["number"] for row in list_layout_versions(conn, name)]


def test_a_layout_is_read_back_and_its_earlier_states_are_versions_the_latest_first(conn):
    for number in range(3):
        assert _write(conn, "Day", number)
    assert read_layout(conn, "Day") == {"number": 2}
    assert _versions(conn, "Day") == [1, 0]
    assert [row.saved_at for row in list_layout_versions(conn, "Day")] == [101, 100]


def test_saving_the_same_again_makes_no_version(conn):
    _write(conn, "Day", 1)
    assert not _write(conn, "Day", 1)
    assert list_layout_versions(conn, "Day") == []


def test_the_last_twenty_versions_of_each_layout_stay(conn):
    _write(conn, "Other", 0)
    _write(conn, "Other", 1)
    for number in range(MAX_VERSIONS + 5):
        _write(conn, "Day", number)
    assert _versions(conn, "Day") == list(range(MAX_VERSIONS + 3, 3, -1))
    assert _versions(conn, "Other") == [0]


def test_a_save_can_replace_the_layout_without_a_version(conn):
    _write(conn, AUTOSAVED, 1)
    assert _write(conn, AUTOSAVED, 2, keeps_version=False)
    assert (read_layout(conn, AUTOSAVED), list_layout_versions(conn, AUTOSAVED)) == ({"number": 2}, [])


def test_a_renamed_layout_keeps_its_versions(conn):
    _write(conn, "Day", 1)
    _write(conn, "Day", 2)
    with transaction(conn):
        assert LAYOUTS.rename(conn, "Day", "Night")
        assert not LAYOUTS.rename(conn, "Day", "Week")
    assert (read_layout(conn, "Day"), read_layout(conn, "Night")) == (None, {"number": 2})
    assert (_versions(conn, "Day"), _versions(conn, "Night")) == ([], [1])


def test_deleting_a_layout_deletes_its_versions(conn):
    _write(conn, "Day", 1)
    _write(conn, "Day", 2)
    (version,) = list_layout_versions(conn, "Day")
    assert version == LayoutVersionRow(version.version_id, 101)
    with transaction(conn):
        assert LAYOUTS.delete(conn, "Day")
        assert not LAYOUTS.delete(conn, "Day")
    assert (read_layout(conn, "Day"), read_layout_version(conn, "Day", version.version_id)) == (None, None)
    _write(conn, "Day", 5)
    assert list_layout_versions(conn, "Day") == []
