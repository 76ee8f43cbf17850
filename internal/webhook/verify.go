package webhook

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// tolerance is how far a delivery's timestamp may be from the receiver's clock. It is the bound
// that the contract gives receivers; longer would let a delivery be replayed.
const tolerance = 5 * time.Minute

// What Verify finds wrong. Refuse the delivery in either case.
var (
	// ErrSignature: a signature is absent or does not match secret, timestamp and body.
	ErrSignature = errors.New("the signature does not match")
	// ErrTimestamp: a timestamp is absent, unreadable or more than 5 minutes off: a replay, or
	// a clock that is wrong.
	ErrTimestamp = errors.New("the timestamp is not acceptable")
)

// Verify is for receivers: it reports whether a delivery came from the holder of the secret, less
// than 5 minutes ago. The body is what stands behind the gzip encoding. The contract's signature
// must be there and match; those of Standard Webhooks must match if there. It is what Waybill's
// own receiver and tests use, and shows others how. Each error matches one of the two above.
func Verify(header http.Header, body []byte, secret string, now time.Time) error {
	stamp := header.Get(headerTimestamp)
	sent, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return fmt.Errorf("%w: %s must be RFC 3339", ErrTimestamp, headerTimestamp)
	}
	if err := fresh(sent, now); err != nil {
		return err
	}
	if !same(header.Get(headerSignature), digest([]byte(secret), stamp, body)) {
		return fmt.Errorf("%w: %s", ErrSignature, headerSignature)
	}
	if header.Get(headerStandardSignature) == "" {
		return nil
	}
	return verifyStandard(header, body, Secret(secret), now)
}

// verifyStandard accepts any of several signatures, as Standard Webhooks sends them while a
// secret is being rotated.
func verifyStandard(header http.Header, body []byte, secret Secret, now time.Time) error {
	stamp := header.Get(headerStandardTimestamp)
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return fmt.Errorf("%w: %s must be seconds since 1970", ErrTimestamp, headerStandardTimestamp)
	}
	if err := fresh(time.Unix(seconds, 0), now); err != nil {
		return err
	}
	for _, key := range secret.standardKeys() {
		want := standardVersion + digest(key, header.Get(headerStandardID)+"."+stamp, body)
		for given := range strings.FieldsSeq(header.Get(headerStandardSignature)) {
			if same(given, want) {
				return nil
			}
		}
	}
	return fmt.Errorf("%w: %s", ErrSignature, headerStandardSignature)
}

// fresh refuses a time that lies ahead as well: such a delivery could be kept and replayed later.
func fresh(sent, now time.Time) error {
	if off := now.Sub(sent); off > tolerance || off < -tolerance {
		return fmt.Errorf("%w: it is %s off, and %s are allowed", ErrTimestamp, off.Round(time.Second), tolerance)
	}
	return nil
}

// same compares in a time that does not depend on where the two differ.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
