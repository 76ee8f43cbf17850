package listen

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"
)

// heads are requests, and why a connection is not to be trusted behind each; "" if it is.
func heads() map[string]string {
	const post = "POST / HTTP/1.1\r\nHost: a\r\n"
	return map[string]string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n":                                                        "",
		post + "Content-Length: 5\r\n\r\nhello":                                                    "",
		post + "content-length: 5\n\nhello":                                                        "",
		post + "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n":  "",
		post + "Transfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: a\r\n\r\n":                       "",
		post + "Content-Length: 0\r\n\r\n":                                                         "",
		post + "Content-Length: 33\r\n\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n":                 "",
		post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n":                  bothFramings,
		post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n":                  bothFramings,
		post + "TRANSFER-ENCODING:chunked\r\nX: y\r\ncontent-length:0\r\n\r\n0\r\n\r\n":            bothFramings,
		"POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": oldChunked,
		"\r\nPOST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n":                       oldChunked,
		"\n\r\r\n" + post + "Content-Length: 5\r\n\r\nhello":                                       "",
		post + "Content-Length:\r\n 5\r\n\r\nhello":                                                folded,
		post + "X: " + strings.Repeat("a", 10_000) + "\r\nContent-Length: 2\r\n\r\n{}":             "",
	}
}

func TestARequestThatCanBeReadInTwoWaysIsFoundWhereverItStandsAndHoweverItComes(t *testing.T) {
	t.Parallel()
	for before := range heads() {
		if heads()[before] != "" {
			continue
		}
		for request, want := range heads() {
			for _, step := range []int{1, 2, 7, 4096} {
				var f frame
				why := ""
				for text := before + request; len(text) > 0 && why == ""; text = text[min(step, len(text)):] {
					why = f.feed([]byte(text[:min(step, len(text))]))
				}
				if why != want || want == "" && (f.in != head || f.begun) {
					t.Errorf("%.200q behind %.200q by %d: %q, at %d", request, before, step, why, f.in)
				}
			}
		}
	}
}

// What the server takes for the next request must be one for the frame too.
func FuzzFrameSeesTheRequestsThatTheServerSees(f *testing.F) {
	for a := range heads() {
		f.Add(a + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
	}
	f.Fuzz(func(t *testing.T, text string) {
		var seen frame
		if seen.feed([]byte(text)) != "" {
			return
		}
		// As large as the text, so that what is left of it is known.
		all := bufio.NewReaderSize(strings.NewReader(text), len(text)+16)
		for {
			r, err := http.ReadRequest(all)
			if err != nil {
				return
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil || r.Close {
				return
			}
			// The frame, fed with what the server has used up, must stand at the beginning of a request.
			var f frame
			f.feed([]byte(text[:len(text)-all.Buffered()]))
			if all.Buffered() > 0 && (f.in != head || f.begun) {
				t.Fatalf("%.200q: the server sees a request behind %.200q, the frame is at %d", text, text[:len(text)-all.Buffered()], f.in)
			}
		}
	})
}

func BenchmarkFrame(b *testing.B) {
	request := []byte("POST /v2/telematics/messages HTTP/1.1\r\nHost: waybill.example\r\nUser-Agent: Go-http-client/1.1\r\n" +
		"Content-Length: 200\r\nAuthorization: Bearer " + strings.Repeat("x", 600) + "\r\nContent-Type: application/json\r\n" +
		"Idempotency-Key: 0190\r\nAccept-Encoding: gzip\r\n\r\n" + strings.Repeat("a", 200))
	var f frame
	for b.Loop() {
		f.feed(request)
	}
}
