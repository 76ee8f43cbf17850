package cli

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"time"

	"github.com/waybill-dev/waybill/internal/webhook"
)

type hookVerifyCommand struct {
	SecretFile string `help:"The subscription's secret: a file, or - for the input." required:"" placeholder:"FILE"`
	Headers    string `help:"The headers of the delivery, a line for each; a request line before them does no harm." required:"" placeholder:"FILE"`
	Body       string `help:"The body as it came, gzip or not." required:"" placeholder:"FILE"`
	Old        bool   `help:"Take one that is older than five minutes, as receivers must not."`
}

// Help teaches the command.
func (hookVerifyCommand) Help() string {
	return `Checks both forms of signature as a receiver does (docs/webhooks.md), and says which is wrong. Ends with 0 if the
delivery is genuine, and with 1 if not.

  waybill hook verify --secret-file secret --headers headers.txt --body body.json`
}

// Run verifies the delivery.
func (c hookVerifyCommand) Run(s *Session) error {
	secret, err := s.secretFile(c.SecretFile)
	if err != nil {
		return err
	}
	text, err := s.readAll(c.Headers)
	if err != nil {
		return err
	}
	header, err := readHeaders(text)
	if err != nil {
		return err
	}
	body, err := s.readAll(c.Body)
	if err != nil {
		return err
	}
	if body, err = unpacked(body); err != nil {
		return err
	}
	now := time.Now()
	if sent, err := time.Parse(time.RFC3339, header.Get("X-Catena-Timestamp")); err == nil && c.Old {
		now = sent
	}
	err = webhook.Verify(header, body, secret, now)
	// Editors and shells put the end of a line behind a body.
	if trimmed := trimLine(body); errors.Is(err, webhook.ErrSignature) && len(trimmed) < len(body) &&
		webhook.Verify(header, trimmed, secret, now) == nil {
		err = nil
	}
	switch {
	case errors.Is(err, webhook.ErrTimestamp):
		return &Failure{Exit: ExitError, Err: err, Hint: "a delivery is good for five minutes, as each try is signed anew; --old takes this one"}
	case err != nil:
		return &Failure{Exit: ExitError, Err: err,
			Hint: "the body must be byte for byte as it came behind gzip, and the secret that of the subscription in X-Webhook-Id"}
	}
	_, _ = fmt.Fprintf(s.Out, "genuine: %s %s\n", header.Get("X-Event-Type"), header.Get("Webhook-Id"))
	return nil
}

// readHeaders reads lines of headers, with a request line before them or not.
func readHeaders(text []byte) (http.Header, error) {
	if first, rest, ok := bytes.Cut(text, []byte("\n")); ok && bytes.Contains(first, []byte(" HTTP/")) {
		text = rest
	}
	text = append(bytes.TrimRight(text, "\r\n"), "\r\n\r\n"...)
	found, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(text))).ReadMIMEHeader()
	if err != nil {
		return nil, misused("the headers cannot be read; write a line such as X-Catena-Signature: … for each: %w", err)
	}
	return http.Header(found), nil
}

// mostUnpacked bounds what a packed body may hold.
const mostUnpacked = 16 << 20

// unpacked returns a body without gzip.
func unpacked(body []byte) ([]byte, error) {
	if !bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		return body, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("the body is no gzip, though it begins as one: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(r, mostUnpacked))
	if err != nil {
		return nil, fmt.Errorf("unpacking the body: %w", err)
	}
	return text, nil
}
