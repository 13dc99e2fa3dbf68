#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace carousel {

/// Where the text may lie that a model names, the likeliest place first: `paths` as they are seen
/// from the folder of this command, then as seen from the folder of the model and from those around
/// it, which the training was started in. Only places where all of them are; where there is none,
/// the paths as they are stored.
std::vector<std::vector<std::string>> stored_places(const std::vector<std::string>& paths,
                                                    const std::filesystem::path& model);

/// Whether a path was standard input or another pipe of a command, which is gone with it.
bool is_gone(const std::string& path);

}  // namespace carousel
