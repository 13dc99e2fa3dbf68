#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/language_model_config.hpp"
#include "model/named_tensor.hpp"

// The room web holds the pages that have scripts. One writes: an engine in JavaScript that computes
// a model in a browser, what the reader sees and touches, and the model packed for them. To be read
// in this order:
//
//     packed_model     the weights of a model as the engine reads them
//     scripts          the files below as strings of the program
//     writing_page     the file: style, text, model and scripts in one
//     embedded_data    bytes and JSON as they stand in a page
//
// and, of the engine, in the order in which a symbol passes:
//
//     arithmetic.js    single precision with one rounding; exp, sigmoid, tanh: the kernels' bits
//     product.js       products with 8-bit weights, by a WebAssembly function that it assembles
//     cells.js         what a unit does with its gates: every cell
//     layer.js         the stages of a layer
//     model.js         from packed weights to logits
//     random.js        the program's random numbers
//     sampler.js       from logits to a symbol
//     alphabet.js      text to symbols and back; what may be written
//     text_under_way.js   a text that is read and written on
//
// of the view:
//
//     notebook.js      one text, typed by the reader and written by the model, with its history
//     paper.js         that text on the screen
//     settings.js      what the reader sets, and what is told of the model
//     colours.js       from what was noted of a text to colours
//     choices.js       what else could have stood at a place
//     slices.js        work in slices, between which the page answers
//     writer.js        who calls whom
//     body.html, writing.css
//
// and the page that shows what units do on a text, which the engine computes up to the model:
//
//     units_page       the file: style, text, model and scripts in one
//     unit_trace.js    what every unit does at every character
//     unit_data.js     what the page holds, taken apart
//     unit_text.js     the text in the colours of a unit
//     cell_drawing.js  the cell at one moment
//     unit_lists.js    what was found of units, to choose from
//     unit_view.js     who calls whom
//     units.html, units.css
//
// The engine gives the text that `generate` gives, bit for bit: what changes the arithmetic of
// `kernels`, `cpu`, `generation` or `text` changes it too, and a test holds them together.

namespace carousel {

/// A tensor of a page: its values as floats, or levels of 8 bits behind a float for each row.
struct PackedTensor {
    std::string name;  ///< as in model files, but `embedding` and `table`
    bool in_8_bits = false;
    std::vector<std::int64_t> shape;
};

/// The weights of a model for a page.
struct PackedModel {
    std::vector<PackedTensor> tensors;
    std::string bytes;     ///< of all of them, one after another, little-endian
    bool rounded = false;  ///< a matrix that `generate --precision int8` leaves as it is has 8 bits
};

/// Packs `weights`, in the order of `expected_parameters`.
///
/// Matrices that the program computes with in 8 bits have the levels and scales that it takes. The
/// others (the embedding, W of layer 0, those of rounds) have 8 bits where that loses nothing, as
/// in models that were stored so; else they are floats, or what they give for each symbol is: a
/// table (V, G_i H). Where that would make the page more than half as large again, the model is
/// packed as if it had been stored in 8 bits.
PackedModel pack_model(const LanguageModelConfig& config, std::span<const NamedTensor> weights);

}  // namespace carousel
