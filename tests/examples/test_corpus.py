"""The demo's corpus: the documentation that the running interpreter carries."""

from __future__ import annotations

import subprocess
import sys

from examples.demo.corpus import PASSAGE_WORDS, Passage
from examples.demo.words import count_tokens, sentences, terms


def test_corpus_is_large_and_of_many_families(passages: list[Passage]) -> None:
    """Thousands of passages of every family of modules, numbered in order."""
    assert len(passages) > 6000
    assert [passage.passage_id for passage in passages] == list(range(len(passages)))
    assert len({passage.family for passage in passages}) == 12


def test_long_docstrings_are_cut_between_paragraphs(passages: list[Passage]) -> None:
    """A passage is longer than the limit only where one paragraph is."""
    for passage in passages:
        assert passage.text.strip()
        assert len(passage.text.split()) <= PASSAGE_WORDS or "\n\n" not in passage.text.strip()


def test_passages_say_where_they_come_from(passages: list[Passage]) -> None:
    """A function's passage carries its name, signature, family and file."""
    found = next(passage for passage in passages if passage.name == "textwrap.dedent")
    assert (found.module, found.family, found.signature) == ("textwrap", "text", "dedent(text)")
    assert found.path == "textwrap.py"


def test_harvest_imports_no_module_it_reads() -> None:
    """Sources are parsed, never imported: nobody's windows open and nobody's sockets connect."""
    code = """if True:
        import sys
        from examples.demo.corpus import harvest, library_root
        root = library_root()
        assert harvest([root / "turtle.py", root / "antigravity.py", root / "this.py"], root=root)
        assert not {"turtle", "tkinter", "antigravity", "this"} & sys.modules.keys()
    """
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_terms_split_names_and_drop_common_words() -> None:
    """Names give their parts and themselves; plurals lose their s; words without content are gone."""
    assert terms("What does JSONDecoder.raw_decode do with objects?") == [
        "json",
        "decoder",
        "jsondecoder",
        "raw",
        "decode",
        "raw_decode",
        "object",
    ]
    assert terms("Wörter") == ["wörter"]
    assert terms("of the") == []


def test_sentences_are_lines_of_prose() -> None:
    """Sentences and paragraphs part; line breaks inside them do not."""
    assert sentences("One\nline. Two e.g. here.\n\nthree") == ["One line.", "Two e.g. here.", "three"]


def test_tokens_are_words() -> None:
    """A token is a word; punctuation is none."""
    assert count_tokens("Return x, or 'None'.") == 4
