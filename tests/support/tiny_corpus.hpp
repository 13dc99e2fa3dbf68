#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "data/corpus.hpp"
#include "data/documents.hpp"
#include "support/temporary_folder.hpp"

namespace carousel {

/// A corpus of these documents.
class TinyCorpus {
public:
    explicit TinyCorpus(const std::vector<std::string>& documents, const TextSettings& text = {})
        : corpus_(make(documents, text)) {}

    const Corpus& operator*() const { return corpus_; }
    const Corpus* operator->() const { return &corpus_; }

private:
    Corpus make(const std::vector<std::string>& documents, const TextSettings& text) const {
        std::vector<std::string> names;
        for (const auto& document : documents) {
            names.push_back(folder_ / (std::to_string(names.size()) + ".txt"));
            std::ofstream(names.back(), std::ios::binary) << document;
        }
        CorpusConfig config;
        config.text = text;
        config.scratch_folder = folder_.path();
        return {find_documents(names, {.scratch_folder = folder_.path()}), config};
    }

    TemporaryFolder folder_;
    Corpus corpus_;
};

}  // namespace carousel
