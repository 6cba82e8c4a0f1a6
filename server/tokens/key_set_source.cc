#include "server/tokens/key_set_source.h"

#include "process/log.h"

namespace sallyport::server {

void LogKeySet(const std::string& source, const KeySet& keys) {
  using process::LogLevel;
  const LogLevel level = keys.keys().empty() ? LogLevel::kWarning : LogLevel::kInfo;
  process::Log(level, "key set loaded", {{"source", source}, {"keys", keys.keys().size()}});
  for (const std::string& skipped : keys.skipped()) {
    process::Log(LogLevel::kInfo, "key left out", {{"source", source}, {"why", skipped}});
  }
}

}  // namespace sallyport::server
