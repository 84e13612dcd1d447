from __future__ import annotations

from bench.answers import by_key, by_link, cells, differences, month_of, shared, stage_name, with_sizes


def test_zeros_are_left_out_of_answers() -> None:
    assert cells([(1, 0, 5), (1, 2, 0)]) == {"1": {"0": 5}}
    assert by_key([("phone", 3, 0), ("tablet", 0, 0)]) == {"phone": [3, 0]}
    assert by_link([("a", "b", 2, 1), ("b", "a", 0, 0)]) == {"a > b": [2, 1]}


def test_sizes_follow_from_flows() -> None:
    found = with_sizes(
        [
            ("2025-02", "awareness", "purchase", 2),
            ("2025-01", "(new)", "awareness", 5),
            ("2025-02", "awareness", "(lapsed)", 1),
            ("2025-03", "(lapsed)", "awareness", 1),
        ]
    )
    assert [month["sizes"] for month in found.values()] == [[5, 0, 0, 0, 0], [2, 0, 2, 0, 0], [3, 0, 2, 0, 0]]


def test_differences_name_the_place_and_both_values() -> None:
    assert differences({"a": [1, 2]}, {"a": [1, 2]}) == []
    assert differences({"a": [1, 2]}, {"a": [1, 3]}) == ["a / 000000001: 2 and 3"]
    assert differences({"a": 1}, {"b": 1}) == ["a: 1 and None", "b: None and 1"]
    many = differences({str(n): n for n in range(9)}, {})
    assert many[-1] == "… 9 cells in all"


def test_what_two_answers_share_are_the_cells_that_both_have() -> None:
    assert shared({"a > b": [7, 3], "b > a": [1, 1]}, {"a > b": [7]}) == {"a > b / 000000000": 7}


def test_months_and_stages_have_names() -> None:
    assert month_of(1_735_689_600_000_000) == "2025-01"
    assert month_of(1_735_689_599_999_999) == "2024-12"
    assert [stage_name(number) for number in (-1, -2, 4)] == ["(new)", "(lapsed)", "advocacy"]
