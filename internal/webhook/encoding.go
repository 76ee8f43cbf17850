package webhook

import (
	"net/http"
	"slices"
)

// encoding is how the first request of an attempt is encoded.
func (s Subscription) encoding() Encoding {
	if s.Encoding == Identity || s.Encoding == Automatic && s.Learned == Identity {
		return Identity
	}
	return Gzip
}

// unread tells whether an answer may mean that the receiver could not read a compressed body: then
// it is told the same once without compression. That holds too for one that has read such
// bodies before, since what unpacked them may be gone.
func (s Subscription) unread(sent Encoding, code int) bool {
	return s.Encoding == Automatic && sent == Gzip && unreadable(code)
}

// unreadable are the answers of receivers that take the compressed bytes for the text: it is no
// JSON, of no type that they know, of no form that they expect, or its signature does not match.
func unreadable(code int) bool {
	return slices.Contains([]int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden,
		http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity}, code)
}

// learned is what an answer shows of an encoding, "" for nothing. A body that is not compressed is asked
// for by an answer of another kind alone, such as a router's that found no route for what
// it read; every receiver can read it, so a mistake costs bytes. To call gzip good takes
// success.
func learned(sent Encoding, code int) Encoding {
	success := code >= 200 && code < 300
	if success || sent == Identity && code < 500 && !unreadable(code) && code != http.StatusTooManyRequests {
		return sent
	}
	return ""
}
