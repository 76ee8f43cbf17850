package outbound

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestABoundedClientCutsWhatIsLongerAndLeavesTheOtherClientAsItWas(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("x", 100))
	}))
	t.Cleanup(server.Close)
	whole := server.Client()
	for c, want := range map[*http.Client]int{whole: 100, Bounded(whole, 10): 10, Bounded(whole, 1000): 100, Bounded(&http.Client{}, 10): 10} {
		answer, err := c.Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		if answer.Body.Close(); err != nil || len(text) != want {
			t.Errorf("%d bytes, want %d: %v", len(text), want, err)
		}
	}
}
