// What becomes of an exception that a coroutine of our own throws: it is a bug, and ends the
// program rather than that coroutine alone, unheard.
#pragma once

#include <exception>

namespace waymark {

// For co_spawn: throws out of io_context::run().
inline void rethrow(const std::exception_ptr& bug) {
  if (bug) std::rethrow_exception(bug);
}

}  // namespace waymark
