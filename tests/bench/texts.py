"""Texts of a known number of tokens, the same in texts.h."""
WORDS = "the red thread goes over one and under two until the cloth is as long as the house".split()


def text_of(tokens, first_word="the"):
    """A text of so many tokens: each word is one, two more are added by the tokenizer."""
    return " ".join([first_word] + [WORDS[i % len(WORDS)] for i in range(1, tokens - 2)])
