"""transformers' pipelines over small models made on the spot."""

import json

import pytest

transformers = pytest.importorskip("transformers")
tokenizers = pytest.importorskip("tokenizers")
torch = pytest.importorskip("torch")

import pyflare  # noqa: E402

WORDS = ["<unk>", "<pad>", "<s>", "where", "is", "my", "parcel", "here", "user", "assistant"]
ERROR = 2


@pytest.fixture(scope="module")
def tokenizer():
    words = tokenizers.Tokenizer(
        tokenizers.models.WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="<unk>")
    )
    words.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    made = transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, unk_token="<unk>", pad_token="<pad>", eos_token="<s>", padding_side="left"
    )
    made.chat_template = "{% for message in messages %}{{ message.role }} {{ message.content }} {% endfor %}"
    return made


@pytest.fixture(scope="module")
def writer(tokenizer):
    config = transformers.GPT2Config(vocab_size=len(WORDS), n_embd=8, n_layer=1, n_head=1, n_positions=64)
    config.eos_token_id = config.bos_token_id = config.pad_token_id = None
    config._name_or_path = "acme/tiny"
    model = transformers.GPT2LMHeadModel(config)
    model.generation_config.pad_token_id = 1
    return transformers.pipeline("text-generation", model=model, tokenizer=tokenizer, device="cpu")


@pytest.fixture(scope="module")
def sorter(tokenizer):
    config = transformers.BertConfig(
        vocab_size=len(WORDS), hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8
    )
    model = transformers.BertForSequenceClassification(config)
    return transformers.pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")


@pytest.fixture(autouse=True)
def _instrumented():
    pyflare.instrument("transformers")


def test_text(writer, recorded):
    """A generated text is a span with its model, task, sampling, and the tokens that went in and came out."""
    (answer,) = writer("where is my parcel", max_new_tokens=4)
    span = recorded.one()
    assert (span.name, span.inference_type) == ("text_completion acme/tiny", "llm")
    assert span.attributes["pyflare.pipeline.task"] == "text-generation"
    assert span.attributes["gen_ai.request.max_tokens"] == 4
    assert (span.fields["input_tokens"], span.fields["output_tokens"]) == (4, 4)
    assert json.loads(span.input) == "where is my parcel"
    assert json.loads(span.output) == [answer]


def test_chat(writer, recorded):
    """A conversation is read as messages; the answer is its last one."""
    writer([{"role": "user", "content": "where is my parcel"}], max_new_tokens=2, suppress_tokens=[0, 1, 2])
    span = recorded.one()
    assert span.name == "chat acme/tiny"
    assert json.loads(span.input)[0]["role"] == "user"
    (message,) = json.loads(span.output)
    assert message["role"] == "assistant"


def test_list(writer, recorded):
    """Several texts are one call, and all their tokens count."""
    writer(["where is", "my parcel"], max_new_tokens=3)
    span = recorded.one()
    assert (span.fields["input_tokens"], span.fields["output_tokens"]) == (4, 6)


def test_generator(writer, recorded):
    """What comes one by one is one span, which ends with the last."""
    results = writer((text for text in ["where is", "my parcel"]), max_new_tokens=3)
    assert recorded.ended() == []
    assert len(list(results)) == 2
    span = recorded.one()
    assert (span.fields["output_tokens"], span.attributes["pyflare.rows"]) == (6, 2)


def test_data_set(writer, recorded):
    """Results of a data set know how many they are, as without tracing."""

    class Texts(torch.utils.data.Dataset):
        def __len__(self):
            return 2

        def __getitem__(self, position):
            return ["where is", "my parcel"][position]

    results = writer(Texts(), max_new_tokens=1)
    assert len(results) == len(list(results)) == 2
    assert recorded.one().attributes["pyflare.rows"] == 2


def test_classification(sorter, recorded):
    """A classification says what it found, and has no tokens out."""
    (found,) = sorter("where is my parcel")  # of one text the library makes a list only at the very end
    span = recorded.one()
    assert (span.name, span.inference_type) == ("text-classification BertForSequenceClassification", "classification")
    assert json.loads(span.output)["label"] == found["label"]
    assert "output_tokens" not in span.fields


def test_error(writer, recorded):
    """What the pipeline raises is on the span and reaches the caller."""
    with pytest.raises(Exception, match="temperature"):
        writer("where", max_new_tokens=2, do_sample=True, temperature=-1.0)
    assert recorded.one().status_code == ERROR


def test_uninstrument(writer, recorded):
    """Everything is put back."""
    pyflare.uninstrument()
    writer("where", max_new_tokens=1)
    assert recorded.ended() == []
