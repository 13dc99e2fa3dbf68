#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "support/surroundings.hpp"

int main(int argc, char** argv) {
    carousel::set_surroundings();
    return doctest::Context(argc, argv).run();
}
