#include "app/corpus_arguments.hpp"

#include <string_view>

namespace carousel {

namespace {

constexpr std::string_view k_include = "--include=", k_exclude = "--exclude=";

}  // namespace

std::vector<std::string> stored_arguments(const CorpusArguments& arguments) {
    auto words = arguments.paths;
    for (const auto& pattern : arguments.include) words.push_back(std::string(k_include) + pattern);
    for (const auto& pattern : arguments.exclude) words.push_back(std::string(k_exclude) + pattern);
    return words;
}

CorpusArguments corpus_arguments(const std::vector<std::string>& stored) {
    CorpusArguments arguments;
    for (const auto& word : stored) {
        if (word.starts_with(k_include)) {
            arguments.include.push_back(word.substr(k_include.size()));
        } else if (word.starts_with(k_exclude)) {
            arguments.exclude.push_back(word.substr(k_exclude.size()));
        } else {
            arguments.paths.push_back(word);
        }
    }
    return arguments;
}

}  // namespace carousel
