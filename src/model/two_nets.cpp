#include "model/two_nets.hpp"

#include <array>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "model/parameter.hpp"

namespace carousel {

namespace {

constexpr std::array k_both{Way::forward, Way::backward};

}  // namespace

std::span<const Way> ways_of(const LanguageModelConfig& config) {
    return std::span(k_both).first(config.direction == ReadingDirection::both ? 2 : 1);
}

LanguageModelConfig one_net(LanguageModelConfig config) {
    config.direction = ReadingDirection::forward;
    return config;
}

std::vector<NamedTensor> tensors_of(Way way, const LanguageModelConfig& config,
                                    std::span<const NamedTensor> tensors) {
    const auto nets = ways_of(config).size();
    const auto count = model_parameters(config).size() / nets;
    if (tensors.size() != nets * count)
        throw std::logic_error("a model has another number of tensors than its nets");
    const auto net = tensors.subspan(static_cast<std::size_t>(way) * count, count);
    std::vector<NamedTensor> own(net.begin(), net.end());
    if (way == Way::backward)
        for (auto& tensor : own) tensor.name.erase(0, k_backward_prefix.size());
    return own;
}

void append_tensors(Way way, std::vector<NamedTensor> net, std::vector<NamedTensor>& all) {
    if (way == Way::backward)
        for (auto& tensor : net) tensor.name.insert(0, k_backward_prefix);
    all.insert(all.end(), std::move_iterator(net.begin()), std::move_iterator(net.end()));
}

}  // namespace carousel
