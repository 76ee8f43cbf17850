package stub_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/bench/stub"
)

// ask makes a request as an account and returns the texts of the messages in its answer.
func ask(t *testing.T, s *stub.Samsara, account, method, query, body string) (texts []string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL()+"/v1/fleet/messages"+query, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+account)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s, %v", method, query, answer.Status, err)
	}
	var list struct {
		Data []struct {
			Driver int64  `json:"driverId"`
			Text   string `json:"text"`
		} `json:"data"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	for _, one := range list.Data {
		if fmt.Sprint(one.Driver) != stub.Driver {
			t.Errorf("driver %d", one.Driver)
		}
		texts = append(texts, one.Text)
	}
	return texts
}

func post(t *testing.T, s *stub.Samsara, account, text string) {
	t.Helper()
	ask(t, s, account, http.MethodPost, "", `{"driverIds":[`+stub.Driver+`],"text":"`+text+`"}`)
}

func TestWhatAnAccountWasSentIsListedToItNewestFirst(t *testing.T) {
	t.Parallel()
	s := stub.NewSamsara()
	t.Cleanup(s.Close)
	post(t, s, "a", "first")
	post(t, s, "a", "second")
	post(t, s, "b", "other")
	for _, query := range []string{"", "?durationMs=30000"} {
		if got := ask(t, s, "a", http.MethodGet, query, ""); !slices.Equal(got, []string{"second", "first"}) {
			t.Errorf("the list %q is %q", query, got)
		}
	}
	before := fmt.Sprint("?durationMs=30000&endMs=", time.Now().Add(-time.Minute).UnixMilli())
	if got := ask(t, s, "a", http.MethodGet, before, ""); len(got) > 0 {
		t.Errorf("%q were sent a minute ago", got)
	}
}

func TestTheNewestOfManyMessagesAreListed(t *testing.T) {
	t.Parallel()
	s := stub.NewSamsara()
	t.Cleanup(s.Close)
	const many = 5000
	for n := range many {
		post(t, s, "a", fmt.Sprint("text ", n))
	}
	got := ask(t, s, "a", http.MethodGet, "", "")
	if len(got) < 2000 || len(got) == many || got[0] != fmt.Sprint("text ", many-1) {
		t.Errorf("%d are listed, the newest %q", len(got), got[0])
	}
}
