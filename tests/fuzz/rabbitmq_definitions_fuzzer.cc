// Imports users of RabbitMQ's definitions.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ctl/import/rabbitmq_definitions.h"
#include "tests/fuzz/checked_import.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  sallyport::ctl::CheckImport(sallyport::ctl::ImportRabbitMqDefinitions(content, "file"));
  return 0;
}
