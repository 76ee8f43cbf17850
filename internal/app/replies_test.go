package app_test

import (
	"fmt"
	"testing"
	"time"
)

func TestADriversAnswerIsImportedIntoTheThreadOfItsQuestion(t *testing.T) {
	t.Parallel()
	h := open(t)
	asked := h.wrote(messages,
		fmt.Sprintf(`"sender_id":"%s","recipient_id":"%s","message_text":"Where are you?"`, h.ids.Sender, h.ids.Recipient))
	driver := h.do("GET", users+"/"+h.ids.Recipient.String(), "")
	answer := fmt.Sprintf(`{"data":[{"driverId":%s,"sentAtMs":%d,"isRead":false,"sender":{"type":"driver","name":"A. Driver"},"text":"Exit 42"}]}`,
		driver.field("source_id"), time.Now().Add(-time.Minute).UnixMilli())
	h.simulated("POST", "/_sim/faults", fmt.Sprintf(
		`{"match":{"method":"GET","path_prefix":"/v1/fleet/messages"},"fault":"status","status":200,"body":%q}`, answer))
	h.imported()
	find := func(id, text string) map[string]any {
		for _, m := range h.list(messages).Items {
			if m["id"] == id || m["message_text"] == text {
				return m
			}
		}
		return nil
	}
	h.until("the answer is there", func() bool { return find("", "Exit 42") != nil })
	got, question := find("", "Exit 42"), find(asked, "")
	if got["sender_id"] != h.ids.Recipient.String() || got["source_sender_id"] != driver.field("source_id") ||
		got["sent_by_driver"] != true ||
		got["thread_id"] != question["thread_id"] || got["thread_id"] == nil || got["occurred_at"] == nil ||
		got["schedule_id"] == nil {
		t.Errorf("the answer is %v\nto %v", got, question)
	}
	if h.fresh(h.ids.Connection.String(), "message")["schedule_status"] != "active" {
		t.Error("messages have no schedule")
	}
}
