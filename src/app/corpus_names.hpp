#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/corpus.hpp"

namespace carousel {

/// The paths of a corpus for messages, made harmless for a terminal; of many the first twenty.
std::string shown_paths(const std::vector<std::string>& paths);

/// Bytes of the folder in which all these files lie, with its slash; 0 when there is none, or one
/// file has no folder.
std::size_t shared_folder(const std::vector<std::string>& files);

/// A command as a shell reads it, with the names of its files and without their folders, which are
/// nobody's business where it is shown.
std::string without_folders(std::string_view command);

/// The files of a corpus as a title: their names without folders, few of them. `stored` is what a
/// model file keeps of it, or paths.
std::string title_of(const std::vector<std::string>& stored);

/// The first words of a corpus, for people to begin a text with, all of which its tokenizer knows;
/// empty where it does not begin with words of a line.
std::string beginning_of(const Corpus& corpus);

}  // namespace carousel
