"""What a text has in common with the one that a model learned from.

A word is a run of letters, of what Python calls letters, and where most of them have no case, as in Chinese, each two
neighbours in such a run: a text of known characters in an order that never was is what a reader takes for no word.
"""
import re


class Measure:
    """Tells what a text has in common with the part of it that was learned."""

    def __init__(self, learned):
        self.learned = learned
        letters = [c for c in learned[:100000] if c.isalpha()]
        self.pairs = sum(c.lower() == c.upper() for c in letters) > len(letters) / 2
        self.known = set(self.words(learned))

    def words(self, text):
        runs = re.findall(r"[^\W\d_]+(?:['’_][^\W\d_]+)*", text)
        if not self.pairs:
            return runs
        return [run[i:i + 2] for run in runs for i in range(len(run) - 1)]

    def longest_copy(self, text):
        longest = 0
        for start in range(0, len(text), 61):
            while start + longest < len(text) and text[start:start + longest + 1] in self.learned:
                longest += 1
        return longest

    def of(self, texts):
        """Share of words that are unknown, share of different known words, longest piece that stands in what was learned."""
        words = [word for text in texts for word in self.words(text)]
        known = [word for word in words if word in self.known]
        count = max(1, len(words))
        return ((len(words) - len(known)) / count, len(set(known)) / count,
                max((self.longest_copy(text) for text in texts), default=0))
