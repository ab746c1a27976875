"""The graph of known phrases finds exactly what hassil would write out."""

from hassil.parse_expression import parse_sentence
from hassil.sample import sample_expression
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.knot_coach.voice.word_graph import Mark, WordGraph

MARK = Mark("concept", "value")
WORDS = st.sampled_from(["a", "b", "c", "ab", "ba"])


def graph_of(*templates: str) -> WordGraph:
    """Learn templates, all of one mark."""
    graph = WordGraph(str.split)
    for template in templates:
        graph.learn(MARK, template)
    return graph


def phrases_in(graph: WordGraph, text: str) -> set[str]:
    """Return all phrases that are found in a text."""
    words = text.split()
    return {
        " ".join(words[start:end])
        for start in range(len(words))
        for end, _ in graph.read(words, start)
    }


@st.composite
def templates(draw: st.DrawFn, depth: int = 2) -> str:
    """Draw a template: words, alternatives and options, with and without spaces between them."""
    if depth == 0:
        return draw(WORDS)
    parts = draw(st.lists(templates(depth - 1), min_size=1, max_size=3))
    match draw(st.sampled_from(["words", "glued", "either", "maybe"])):
        case "words":
            return " ".join(parts)
        case "glued":
            return "".join(parts)
        case "either":
            return f"({'|'.join(parts)})"
        case _:
            return f"{draw(WORDS)} [{'|'.join(parts)}] {draw(WORDS)}"


@given(template=templates(), words=st.lists(WORDS, max_size=6))
@settings(deadline=None)
def test_it_finds_what_a_template_stands_for(template: str, words: list[str]) -> None:
    stands_for = {
        " ".join(text.split()) for text in sample_expression(parse_sentence(template).expression)
    }
    graph = graph_of(template)
    for phrase in stands_for:
        assert phrase in phrases_in(graph, phrase)
    text = " ".join(words)
    assert phrases_in(graph, text) <= stands_for
    every = {" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1)}
    assert phrases_in(graph, text) == every & stands_for


def test_templates_do_not_run_into_each_other() -> None:
    graph = graph_of("turn [it] up", "turn down")
    assert phrases_in(graph, "turn it down turn up") == {"turn up"}


def test_each_phrase_has_the_marks_of_all_its_templates() -> None:
    graph = WordGraph(str.split)
    other = Mark("concept", "other")
    graph.learn(MARK, "keep going")
    graph.learn(other, "keep (going|on)")
    assert list(graph.read(["keep", "going"], 0)) == [(2, other), (2, MARK)]
    assert list(graph.read(["keep", "on"], 0)) == [(2, other)]


def test_long_lists_cost_little() -> None:
    """Written out these would be some billions."""
    several = "(one|two|three|four|five|six|seven|eight|nine|ten)"
    graph = graph_of(" ".join([several] * 10))
    assert phrases_in(graph, " ".join(["two"] * 10)) == {" ".join(["two"] * 10)}


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("(a|b", "malformed"),
        ("the {area}", "only words"),
        ("(a|b|c|d|e|f|g|h|i|j|k)" * 3, "more than 1000"),
    ],
)
def test_what_cannot_be_learnt(template: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        graph_of(template)
