// CPU time of this process and of all that it has started (Redis, PostgreSQL and its backends), as
// the kernel has charged it so far. Unlike wall time it hardly depends on neighbours and disks.
#pragma once

#include <sys/types.h>

#include <map>

namespace waymark::bench {

struct CpuTime {
  double all_seconds = 0;           // every process, user and system, ended children included
  std::map<pid_t, double> threads;  // seconds of each thread that lives

  // Of the thread that has worked most since `before`: it limits a pipeline that has a core for
  // each of its threads.
  double busiest_thread_since(const CpuTime& before) const;
};

// Reads /proc; 0 for what it cannot read.
CpuTime cpu_time_of_all();

}  // namespace waymark::bench
