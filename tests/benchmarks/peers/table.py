#!/usr/bin/python3
"""Makes the table of `run` from its rows: JSON texts, each turn headed by its shape."""
import json
import statistics
import sys

text, decoder, rows, shape = open(sys.argv[1]).read(), json.JSONDecoder(), {}, None
while text.strip():
    row, end = decoder.raw_decode(text.lstrip())
    text = text.lstrip()[end:]
    if "shape" in row:
        shape = row["shape"]
        continue
    measured = rows.setdefault(shape, {}).setdefault(row.get("peer", "Carousel"), {})
    for key, value in row.items():
        if isinstance(value, (int, float)):
            measured.setdefault(key, []).append(value)

print("| shape (layers, units, B, T) | program | train, characters/s: best | median | ours is | one stream, characters/s |")
print("|---|---|---|---|---|---|")
for shape, programs in rows.items():
    carousel, best_of = programs["Carousel"], {}
    best_of[False] = max(carousel["train_chars_per_s"])
    if "train_bf16_chars_per_s" in carousel:
        best_of[True] = max(carousel["train_bf16_chars_per_s"])
        programs["Carousel, bf16"] = carousel | {
            key: carousel[key.replace("train", "train_bf16")]
            for key in ("train_chars_per_s", "train_chars_per_s_median")}
    for name, measured in programs.items():
        best = max(measured["train_chars_per_s"])
        ours = best_of[name.endswith("bf16")]  # in the same numbers
        median = statistics.median(measured["train_chars_per_s_median"])
        print(f"| {shape} | {name} | {best:,.0f} | {median:,.0f} | {ours / best:.2f} × | {max(measured['generate_chars_per_s']):,.0f} |")
    share = measured = programs["Carousel"]
    print(f"| {shape} | sgemm {max(share['sgemm_gflops']):.0f} GFLOP/s; our training uses "
          f"{max(share['train_share_of_sgemm']):.1%} of it at best, {statistics.median(share['train_share_of_sgemm']):.1%} in the median | | | | |")
