"""What of texts can drift."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pyflare.analytics.drift.columns import compare_columns
from pyflare.analytics.drift.text.columns import form_of, text_columns
from pyflare.analytics.drift.text.embedding import embed_texts
from pyflare.analytics.drift.text.hashing import hash_texts
from pyflare.analytics.drift.text.language import language_of
from pyflare.analytics.drift.text.reading import read_texts
from pyflare.analytics.drift.text.refusal import is_refusal
from pyflare.analytics.drift.text.topics import find_topics, name_clusters
from pyflare.errors import DataError, MissingExtraError


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "How can I cancel the order?"),
        ("de", "Wie kann ich die Bestellung stornieren?"),
        ("fr", "Comment puis-je annuler ma commande ?"),
        ("es", "Quiero cancelar mi pedido por favor, ¿cómo lo hago?"),
        ("it", "Vorrei sapere come posso annullare il mio ordine"),
        ("pt", "Como posso cancelar a minha encomenda?"),
        ("nl", "Ik wil graag mijn bestelling annuleren, hoe kan dat?"),
        ("sv", "Hur kan jag avboka min beställning?"),
        ("pl", "Jak mogę anulować moje zamówienie?"),
        ("tr", "Siparişimi nasıl iptal edebilirim ve ne yapmam gerekiyor?"),
        ("ru", "Как отменить заказ?"),
        ("uk", "Як скасувати моє замовлення, і коли повернуть гроші?"),
        ("el", "Πώς ακυρώνω την παραγγελία;"),
        ("zh", "取消订单"),
        ("ja", "注文をキャンセルしたい"),
        ("ko", "주문 취소"),
        ("ar", "إلغاء الطلب"),
        ("he", "איך לבטל את ההזמנה"),
        ("hi", "ऑर्डर कैसे रद्द करें"),
        ("th", "ยกเลิกคำสั่งซื้ออย่างไร"),
    ],
)
def test_languages(language: str, text: str) -> None:
    """A sentence in each of the languages is told."""
    assert language_of(text) == language


@pytest.mark.parametrize("text", ["", "ok", "42", "SELECT a FROM b", "foo(bar)"])
def test_no_language(text: str) -> None:
    """What is in no language is in none."""
    assert language_of(text) is None


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry, but I can't help with that.",
        "I’m sorry, I cannot provide medical advice.",
        "I cannot assist with this request.",
        "As an AI language model, I don't have opinions.",
        "I'm not able to access your account.",
        "That would be against our policy.",
        "Es tut mir leid, dabei kann ich nicht helfen.",
        "Je suis désolé, je ne peux pas répondre.",
        "Lo siento, pero no puedo ayudar con eso.",
    ],
)
def test_refusals(answer: str) -> None:
    """The usual ways to decline are seen."""
    assert is_refusal(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "You can cancel the order in your account.",
        "I'm sorry to hear that. Open the settings and choose another plan.",
        "The service cannot be used without an account.",
        "Here is the code: " + "x = 1\n" * 100 + "I cannot help with that.",
    ],
)
def test_no_refusals(answer: str) -> None:
    """Answers that merely apologise, say what cannot be, or quote late are not refusals."""
    assert not is_refusal(answer)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("code", "```python\nx = 1\n```"),
        ("code", "def f(x):\n    return x"),
        ("list", "1. one\n2. two\n3. three"),
        ("question", "Where is it?"),
        ("text", "It is there."),
    ],
)
def test_forms(form: str, text: str) -> None:
    """The form of a text is told."""
    assert form_of(text) == form


def test_hashing_is_the_same_everywhere() -> None:
    """Another process, with another seed for hashes of text, gets the same embeddings."""
    program = (
        "from pyflare.analytics.drift.text.hashing import hash_texts\n"
        "print(hash_texts(['cancel my order']).tobytes().hex())"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONHASHSEED": "7"}, capture_output=True, text=True, check=True
    ).stdout
    assert said.strip() == hash_texts(["cancel my order"]).tobytes().hex()


@pytest.mark.parametrize("model", ["hashing", "wordllama"])
def test_embeddings(model) -> None:
    """Texts alike are near, no words are 0, and what is missing is NaN; nothing is fetched from a network."""
    texts = ["How do I cancel my subscription?", "cancel the subscription", "the weather in Rome", "", None]
    rows = embed_texts(texts, model=model).values
    assert rows.shape == (5, 256)
    assert rows[0] @ rows[1] > 0.3 > rows[0] @ rows[2]
    assert np.linalg.norm(rows[:3], axis=1) == pytest.approx(1, abs=1e-5)
    assert (rows[3] == 0).all()
    assert np.isnan(rows[4]).all()


def test_without_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, `auto` hashes, and the model asked for by name is refused with the extra's name."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    np.testing.assert_array_equal(embed_texts(["a b"]).values, hash_texts(["a b"]))
    with pytest.raises(MissingExtraError, match="drift-text"):
        embed_texts(["a b"], model="wordllama")
    with pytest.raises(DataError, match="'auto', 'wordllama' or 'hashing'"):
        embed_texts(["a b"], model="bert")  # type: ignore[arg-type]


PAY = ["the invoice is due", "pay the invoice now", "when is my invoice due", "the payment of the invoice failed"]
SHIP = ["the parcel is late", "where is the parcel", "track my parcel please", "my parcel was not delivered"]


def test_topics_have_names() -> None:
    """A topic that grew is found and named by its words."""
    found = find_topics(PAY * 20 + SHIP * 2, PAY * 20 + SHIP * 20, n_topics=2, model="hashing")
    grown = next(name for name, before, now in found.moved() if now > before)
    assert "parcel" in grown
    assert found.clusters.test.p_value < 1e-4
    assert name_clusters(["", None], np.array([0, -1]), n_clusters=1) == ("no words",)
    with pytest.raises(DataError, match="label for each"):
        name_clusters(["a"], np.array([0, 1]), n_clusters=2)


def test_what_moved_in_answers() -> None:
    """Answers that begin to refuse have drifted in that column, and not in their language."""
    rng = np.random.default_rng(1)
    answers = ["You can find the settings in the menu of the app.", "The order is on the way and will be there soon."]
    reference = [answers[k] for k in rng.integers(0, 2, 300)]
    current = [answers[k] for k in rng.integers(0, 2, 240)] + ["I'm sorry, I can't help with that."] * 60
    found = compare_columns(
        text_columns(reference, name="answer", is_answer=True, model="hashing"),
        text_columns(current, name="answer", is_answer=True, model="hashing"),
    )
    status = {column.column: column.status for column in found}
    assert status["answer.refusal"] == "drifted"
    assert status["answer.embedding"] == "drifted"
    assert status["answer.language"] == "healthy"


def test_missing_texts_are_missing_everywhere() -> None:
    """A text that is None is missing in each column, and all columns are as long."""
    columns = text_columns(["one two", None], name="prompt", is_answer=True, model="hashing")
    assert {len(column) for column in columns.values()} == {2}
    assert np.isnan(columns["prompt.words"].values[1])
    assert columns["prompt.refusal"].codes.tolist() == [0, -1]
    assert np.isnan(columns["prompt.embedding"].values[1]).all()


def test_texts_as_tables_hold_them() -> None:
    """What is missing may be None, NaN or pandas' own, and half a character harms nothing, by whatever model."""
    given = pd.Series(["How do I pay?", float("nan"), pd.NA, None, chr(0xD800) + " pays"], dtype=object)
    columns = text_columns(given, name="q")
    assert columns["q.words"].values.tolist() == pytest.approx([4.0, *[np.nan] * 3, 1.0], nan_ok=True)
    assert len(columns["q.embedding"]) == 5
    assert read_texts(given) == ["How do I pay?", None, None, None, "? pays"]


@pytest.mark.parametrize(("texts", "said"), [("one", "got one text"), ([1], "got int"), ([b"a"], "got bytes")])
def test_what_is_no_text_is_said(texts: Any, said: str) -> None:
    """Numbers, bytes and a single text are errors, of columns, embeddings and topics alike."""
    for read in (lambda: text_columns(texts, name="q"), lambda: embed_texts(texts), lambda: find_topics(texts, texts)):
        with pytest.raises(DataError, match=said):
            read()
