"""In which language a text is, by its script and its commonest words."""

from __future__ import annotations

import re
from typing import Final

_CHARACTERS: Final = 2_000
"""So many characters from the start are looked at."""
_WORD: Final = re.compile(r"[^\W\d_]+")
_LEAST_SHARE: Final = 0.08
"""A text with fewer of its words among a language's commonest is in none that is known."""

_SCRIPTS: Final = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("uk", re.compile(r"[іїєґ]", re.IGNORECASE)),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
)
"""Letters that only one of the languages here is written with; a fifth of all letters must be of that kind."""
_SHARE_OF_LETTERS: Final = {"ja": 0.1, "uk": 0.02}
_OTHERWISE: Final = 0.2

_WORDS: Final = {
    "en": "the of and to a in is that it for you was on are as with i be this have not at what how can do my your me",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an ich wie kann was",  # codespell:ignore
    "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il je vous comment mon",
    "es": "de la que el en y a los se del las un por con no una su para es al lo como más o mi me cómo qué puedo está",
    "it": "di e il la che in un a per è una sono con non si da del le dei nel al come più mi ho della gli ma cosa posso",
    "pt": "de a o que e do da em um para é com não uma os no se na por mais as dos como mas ao eu meu você posso está",  # codespell:ignore
    "nl": "de het een en van ik te dat die in is niet zijn op aan met voor er hij ze als maar om ook wat kan hoe mijn je",  # codespell:ignore
    "sv": "och i att det som en på är av för med den till inte om ett jag har de var kan hur vad min från så men du",  # codespell:ignore
    "pl": "i w nie na się z do to że jest jak o a co po za od tak czy ale ja mi mam dla jego przez może być mogę",
    "tr": "ve bir bu da de için ne ile mi çok ben var daha gibi nasıl o kadar ama sonra değil olarak benim olan ki",  # codespell:ignore
}
_VOCABULARY: Final = {code: frozenset(words.split()) for code, words in _WORDS.items()}


def language_of(text: str) -> str | None:
    """The language of a text as its ISO 639-1 code, or None where it cannot be told.

    Told apart are 20 languages: ten by their script, ten in Latin letters by the share of their commonest words. Short
    texts, lists of names, code and other languages are None. It sees a change in the mix of languages; it is no
    substitute for a language identifier where single texts matter.

    Examples:
        >>> language_of("Wie kann ich mein Konto kündigen?"), language_of("注文をキャンセルしたい"), language_of("x = 3")
        ('de', 'ja', None)
    """
    start = text[:_CHARACTERS]
    letters = sum(character.isalpha() for character in start)
    if not letters:
        return None
    for code, script in _SCRIPTS:
        if len(script.findall(start)) >= max(1.0, _SHARE_OF_LETTERS.get(code, _OTHERWISE) * letters):
            return code
    return _by_words([word.lower() for word in _WORD.findall(start)])


def _by_words(words: list[str]) -> str | None:
    if len(words) < 2:
        return None
    shares = {code: sum(word in common for word in words) / len(words) for code, common in _VOCABULARY.items()}
    best, second = sorted(shares.values(), reverse=True)[:2]
    if best < _LEAST_SHARE or best == second:
        return None
    return max(shares, key=shares.__getitem__)
