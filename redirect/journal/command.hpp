// `waymark-redirect journal check|dump DIR`: looks at a journal from outside. Reads with pread,
// never writes, takes no lock; works on a folder in use, where the newest records may be missing.
#pragma once

namespace waymark::redirect {

// `argv` is that of a program called `journal`: argv[1] is the verb. check prints a report per
// segment and origin and returns 0, or 1 when something is damaged; dump prints every click as a
// line of JSON, origin by origin, in order. Returns exit_code::usage for anything else,
// exit_code::not_found without a journal.
int journal_command(int argc, const char* const* argv);

}  // namespace waymark::redirect
