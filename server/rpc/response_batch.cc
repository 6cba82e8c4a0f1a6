#include "server/rpc/response_batch.h"

#include <utility>

namespace sallyport::server {

ResponseBatch::Response ResponseBatch::NewResponse() {
  if (spare_ == nullptr) return std::make_unique<v1::HandshakeResponse>();
  spare_->Clear();
  return std::move(spare_);
}

v1::ConnectionOutput* ResponseBatch::Begin(uint64_t connection_id) {
  if (filling_bytes_ >= kMaxResponseBytes) {
    full_.emplace_back(std::move(filling_), std::exchange(filling_bytes_, 0));
    filling_ = NewResponse();
  }
  v1::ConnectionOutput* output = filling_->add_outputs();
  output->set_connection_id(connection_id);
  return output;
}

void ResponseBatch::End(const v1::ConnectionOutput& output) {
  const size_t size = output.ByteSizeLong();
  filling_bytes_ += size;
  unsent_bytes_ += size;
}

const v1::HandshakeResponse* ResponseBatch::Take() {
  if (empty()) return nullptr;
  spare_ = std::move(writing_);
  if (!full_.empty()) {
    unsent_bytes_ -= full_.front().second;
    writing_ = std::move(full_.front().first);
    full_.pop_front();
  } else {
    unsent_bytes_ -= std::exchange(filling_bytes_, 0);
    writing_ = std::exchange(filling_, NewResponse());
  }
  return writing_.get();
}

}  // namespace sallyport::server
