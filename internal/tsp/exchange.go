package tsp

import "github.com/waybill-dev/waybill/internal/wire"

// Purpose says what a call of an attempt was made for.
type Purpose string

// The purposes.
const (
	// ForWrite: the write itself, with what it reads and marks on the way.
	ForWrite Purpose = "send"
	// ForLookUp: whether an earlier attempt took effect.
	ForLookUp Purpose = "look_up"
	// ForReadBack: how the TSP shows the record that was written.
	ForReadBack Purpose = "read_back"
	// ForSignIn: a session or token. Calls of several operations share one, which stands with whoever began it.
	ForSignIn Purpose = "sign_in"
)

// Exchange is one call to a TSP and what came of it, without secrets and bounded. Its members are those of the wire.
type Exchange struct {
	Purpose Purpose `json:"purpose"`
	// Reads tells that the call changes nothing at the TSP.
	Reads   bool    `json:"reads"`
	Request Request `json:"request"`
	// Response is nil where no answer came.
	Response *Response `json:"response"`
	// Error says why no answer came, or why it was not read to its end; nil where it was.
	Error *string `json:"error"`
	// StartedAt is when the call was let go, and DurationMS how long it took until its answer was read.
	StartedAt  wire.Time `json:"started_at"`
	DurationMS int64     `json:"duration_ms"`
}

// Request is what goes out, or would. Headers are those that the adapter sets; what HTTP adds by itself is not
// among them. Redacted tells that something in it is hidden: wire.Mask stands there.
type Request struct {
	Method   string            `json:"method"`
	URL      string            `json:"url"`
	Headers  map[string]string `json:"headers"`
	Redacted bool              `json:"redacted"`
	Content
}

// Response is what came back.
type Response struct {
	Status   int               `json:"status"`
	Headers  map[string]string `json:"headers"`
	Redacted bool              `json:"redacted"`
	Content
}

// Content is the body of a request or an answer.
type Content struct {
	// Body is its text, of JSON in one spelling; nil where there is none.
	Body *string `json:"body"`
	// BodyLength is that of the whole in bytes, as it was sent, as far as it was read. Of a sign-in in which something
	// is hidden it is that of what may be seen.
	BodyLength int64 `json:"body_length"`
	// BodyCut tells that Body is the begin of a longer one, or that there was no room for any of it.
	BodyCut bool `json:"body_truncated"`
}
