// The same for tests: ours and the test libraries.
#pragma once

#include "cmake/precompiled.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>
