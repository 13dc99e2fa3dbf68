#pragma once

#include <string>

namespace carousel {

/// The name that a corpus gives to the model trained on it: its own without folders and without an
/// ending that tells a format (`verse.txt.gz` → `verse`; folders have none, and the ".1" of
/// `linux-6.1` is none). Two things that are called differently give two names, and no name is one
/// of another model's files: `ann.resume.txt` → `ann-resume`. Standard input is `stdin`, another
/// pipe `pipe`. Never longer than 180 bytes, so that there is room for endings.
std::string model_name(const std::string& corpus);

}  // namespace carousel
