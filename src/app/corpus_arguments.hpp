#pragma once

#include <string>
#include <vector>

namespace carousel {

/// What names a corpus on the command line.
struct CorpusArguments {
    std::vector<std::string> paths;             ///< files, directories, `-`
    std::vector<std::string> include, exclude;  ///< patterns for the files of directories
};

/// As model files keep it: the paths, and behind them each pattern as the word `--include=PATTERN`
/// or `--exclude=PATTERN`.
std::vector<std::string> stored_arguments(const CorpusArguments& arguments);

/// The same from a model file.
CorpusArguments corpus_arguments(const std::vector<std::string>& stored);

}  // namespace carousel
