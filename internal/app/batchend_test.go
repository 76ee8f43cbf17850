package app_test

import (
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/app/apptest"
)

func TestWhoReadsNoAnswersToABatchIsCut(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as a connection is patient")
	}
	t.Parallel()
	h := open(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: w\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n",
		batches, h.token, lineType, 1<<40)
	if err != nil {
		t.Fatal(err)
	}
	// Refused lines, whose answers are long.
	text := []byte(strings.Repeat(line("POST", messages, `{"connection_id":"`+strings.Repeat("x", 1000)+`"}`, ""), 100))
	sent := 0
	for deadline := time.Now().Add(time.Minute); ; sent += len(text) {
		_ = conn.SetWriteDeadline(deadline)
		if _, err = conn.Write(text); err != nil {
			break
		}
	}
	if timeout, ok := err.(net.Error); ok && timeout.Timeout() || sent > 256<<20 {
		t.Errorf("it was read from for %d bytes: %v", sent, err)
	}
}

func TestWhatWasAnsweredInABatchOutlivesAKillAndTheRestIsFoundByItsKeys(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binary")
	}
	t.Parallel()
	const lines = 3000
	i := install(t, apptest.Built(t), t.TempDir())
	i.serves("waybill serve")
	var all strings.Builder
	for n := range lines {
		all.WriteString(line("POST", messages, i.message(fmt.Sprintf("number %d.", n)), fmt.Sprintf(`,"idempotency_key":"k-%d"`, n)))
	}
	resp := i.beginBatch("", strings.NewReader(all.String()))
	some := make([]byte, 200_000)
	if _, err := io.ReadFull(resp.Body, some); err != nil {
		t.Fatal(err)
	}
	_ = i.kill(syscall.SIGKILL)
	rest, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	answered := i.batchLines(string(some) + string(rest))
	if len(answered) < 100 || len(answered) == lines+1 {
		t.Fatalf("%d lines were answered before the kill", len(answered))
	}
	i.serves("waybill serve")
	again := i.batch("", all.String())
	if e := again[len(again)-1]; len(again) != lines+1 || e.End != "complete" {
		t.Fatalf("%d answers, the last is %+v", len(again), e)
	}
	for n, l := range again[:lines] {
		if n < len(answered) && (!l.Replayed || l.id() != answered[n].id()) || l.Status != 202 {
			t.Fatalf("line %d, of %d that were answered: %+v", n+1, len(answered), l)
		}
	}
	// The messages are one chain, of which the end would take long.
	for _, n := range []int{0, 1, 50} {
		i.endedWithin(2*time.Minute, again[n].id())
		if times := i.sent(fmt.Sprintf("number %d.", n)); times != 1 {
			t.Errorf("message %d was sent %d times", n, times)
		}
	}
}
