package stub

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	json "github.com/go-json-experiment/json"
)

// keptSent is how many messages of each account are listed, the newest: those of more than a minute at any load
// here, and what is in doubt is looked for within the settling time of half a minute.
const keptSent = 2048

// window is how far back the list looks unless it is asked for more.
const window = 24 * time.Hour

// letter is a message as Samsara's list shows it.
type letter struct {
	Driver int64  `json:"driverId"`
	Text   string `json:"text"`
	SentAt int64  `json:"sentAtMs"`
	Read   bool   `json:"isRead"`
	Sender sender `json:"sender"`
}

type sender struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// sent are the messages that accounts were sent, by token: without them a look for a message whose answer was lost
// would find nothing, and it would be sent again.
type sent struct {
	mu sync.Mutex
	by map[string][]letter
}

// add keeps a message, in the place of the oldest where the account has its fill.
func (s *sent) add(token string, driver int64, text string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := append(s.by[token], letter{Driver: driver, Text: text, SentAt: at.UnixMilli(),
		Sender: sender{"Dispatch", "dispatch"}})
	if len(all) >= 2*keptSent {
		all = append([]letter(nil), all[len(all)-keptSent:]...)
	}
	s.by[token] = all
}

// list answers GET /v1/fleet/messages: those of a time that ends at endMs, newest first.
func (s *sent) list(w http.ResponseWriter, r *http.Request) {
	end, err := whole(r, "endMs", time.Now().UnixMilli())
	span, wrong := whole(r, "durationMs", window.Milliseconds())
	if err != nil || wrong != nil {
		http.Error(w, `{"message":"endMs and durationMs are whole numbers"}`, http.StatusBadRequest)
		return
	}
	body, err := json.Marshal(map[string][]letter{"data": s.during(token(r), end-span, end)})
	if err != nil {
		http.Error(w, `{"message":"the list failed"}`, http.StatusInternalServerError)
		return
	}
	answer(w, string(body))
}

// during are the messages of an account in a time.
func (s *sent) during(token string, from, to int64) []letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, all := []letter{}, s.by[token]
	for i := len(all) - 1; i >= max(0, len(all)-keptSent) && all[i].SentAt >= from; i-- {
		if all[i].SentAt <= to {
			found = append(found, all[i])
		}
	}
	return found
}

func whole(r *http.Request, name string, absent int64) (int64, error) {
	if text := r.URL.Query().Get(name); text != "" {
		return strconv.ParseInt(text, 10, 64)
	}
	return absent, nil
}
