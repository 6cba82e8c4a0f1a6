#ifndef SALLYPORT_CTL_STEP_PRINTER_H_
#define SALLYPORT_CTL_STEP_PRINTER_H_

// Shows the frames of a handshake to a person, a line for each: its kind, and
// the size of what it carries, never the content. Not thread-safe.

#include <array>
#include <ostream>
#include <string_view>

#include "core/amqp/frame_reader.h"

namespace sallyport::ctl {

class StepPrinter {
 public:
  enum class Direction { kToService, kFromService };

  // `out` must outlive the printer.
  explicit StepPrinter(std::ostream& out) : out_(out) {}

  // Print shows what `bytes` complete; a part of a frame waits for the rest.
  void Print(Direction direction, std::string_view bytes);

 private:
  struct Side {
    size_t header_bytes = 0;
    amqp::FrameReader reader{64 * 1024};
  };

  std::ostream& out_;
  std::array<Side, 2> sides_;
};

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_STEP_PRINTER_H_
