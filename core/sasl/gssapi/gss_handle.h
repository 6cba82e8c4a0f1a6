#ifndef SALLYPORT_CORE_SASL_GSSAPI_GSS_HANDLE_H_
#define SALLYPORT_CORE_SASL_GSSAPI_GSS_HANDLE_H_

// Owners of what the GSS-API library allocates (RFC 2744). Not thread-safe.

#include <gssapi/gssapi_krb5.h>

#include <string_view>
#include <utility>

namespace sallyport {

// GssHandle owns one object of the library's; null: none.
template <typename Handle, auto Release>
class GssHandle {
 public:
  GssHandle() = default;
  GssHandle(GssHandle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  GssHandle& operator=(GssHandle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  GssHandle(const GssHandle&) = delete;
  GssHandle& operator=(const GssHandle&) = delete;
  ~GssHandle() {
    OM_uint32 minor = 0;
    if (handle_ != nullptr) Release(&minor, &handle_);
  }

  Handle get() const { return handle_; }

  // out is for a call that makes the object, changes it or consumes it.
  Handle* out() { return &handle_; }

 private:
  Handle handle_ = nullptr;
};

inline OM_uint32 DeleteGssContext(OM_uint32* minor, gss_ctx_id_t* context) {
  return gss_delete_sec_context(minor, context, GSS_C_NO_BUFFER);
}

using GssName = GssHandle<gss_name_t, &gss_release_name>;
using GssCredential = GssHandle<gss_cred_id_t, &gss_release_cred>;
using GssContext = GssHandle<gss_ctx_id_t, &DeleteGssContext>;

// GssBuffer owns bytes that the library has written, and wipes them.
class GssBuffer {
 public:
  GssBuffer() = default;
  GssBuffer(const GssBuffer&) = delete;
  GssBuffer& operator=(const GssBuffer&) = delete;
  ~GssBuffer();

  gss_buffer_t out() { return &buffer_; }

  // view is valid as long as the buffer.
  std::string_view view() const {
    return {static_cast<const char*>(buffer_.value), buffer_.length};
  }

 private:
  gss_buffer_desc buffer_ = GSS_C_EMPTY_BUFFER;
};

// GssInput shows `bytes` to a call that only reads them; they must outlive it.
gss_buffer_desc GssInput(std::string_view bytes);

// GssStatus is what a call has answered.
struct GssStatus {
  OM_uint32 major = GSS_S_FAILURE;
  OM_uint32 minor = 0;

  // complete is whether the call did all that it was asked for.
  bool complete() const { return major == GSS_S_COMPLETE; }
};

// SameOid compares two object identifiers; null is the same as none.
bool SameOid(const gss_OID_desc* a, const gss_OID_desc* b);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_GSSAPI_GSS_HANDLE_H_
