package geotab

import (
	"cmp"
	"context"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// textRead is what is read of a TextMessage. What did not happen yet is absent, null or at the end of time
// (developers.geotab.com/myGeotab/apiReference/objects/TextMessage, read 2026-11-27).
type textRead struct {
	User       looseRef `json:"user"`
	Recipient  looseRef `json:"recipient"`
	Device     looseRef `json:"device"`
	Parent     looseRef `json:"parentMessage"`
	ToVehicle  *bool    `json:"isDirectionToVehicle"`
	ActiveFrom string   `json:"activeFrom"`
	Sent       string   `json:"sent"`
	Delivered  string   `json:"delivered"`
	Read       string   `json:"read"`
	Content    struct {
		Message string `json:"message"`
	} `json:"messageContent"`
}

// messageFields are the members of the unified message that a TextMessage has.
type messageFields struct {
	MessageText  string `json:"message_text"`
	Status       string `json:"status"`
	DeliveredAt  string `json:"delivered_at,omitzero"`
	ReadAt       string `json:"read_at,omitzero"`
	SentByDriver *bool  `json:"sent_by_driver,omitzero"`
}

// showMessage reads a message of people. Others, such as data for a device's ports, have no text.
func showMessage(_ context.Context, _ *call, source jsontext.Value) (*shown, error) {
	var m textRead
	if err := json.Unmarshal(source, &m); err != nil || m.Content.Message == "" {
		return nil, err
	}
	f := messageFields{MessageText: m.Content.Message, Status: "pending", DeliveredAt: happened(m.Delivered), ReadAt: happened(m.Read)}
	switch {
	case f.ReadAt != "":
		f.Status = "read"
	case f.DeliveredAt != "":
		f.Status = "delivered"
	case happened(m.Sent) != "":
		f.Status = "sent"
	}
	names := map[string][]tsp.Named{}
	name(names, "sender_id", users, m.User)
	name(names, "recipient_id", users, m.Recipient)
	if m.ToVehicle != nil {
		// What goes to a vehicle may come from a driver as well; whether its sender is one, the sender's record tells.
		if fromDriver := !*m.ToVehicle; fromDriver || len(names["sender_id"]) == 0 {
			f.SentByDriver = &fromDriver
		}
		end := "sender_id"
		if *m.ToVehicle {
			end = "recipient_id"
		}
		if len(names[end]) == 0 {
			name(names, end, devices, m.Device)
		}
	}
	name(names, "reply_to_message_id", messages, m.Parent)
	// The time from which a message is active stays, while the time at which it is sent is yet to come.
	at, _ := time.Parse(time.RFC3339Nano, cmp.Or(happened(m.ActiveFrom), happened(m.Sent)))
	return &shown{fields: f, names: names, at: at}, nil
}

// happened leaves out the times that stand for always and never.
func happened(at string) string {
	t, err := time.Parse(time.RFC3339Nano, at)
	if err != nil || t.Year() < 2000 || t.Year() >= 2050 {
		return ""
	}
	return at
}

// name adds a record that a log names. Geotab's own words stand for nobody and nothing.
func name(names map[string][]tsp.Named, member, collection string, id looseRef) {
	switch id {
	case "", "UnknownDriverId", "NoDriverId", "NoUserId", "NoDeviceId":
		return
	}
	names[member] = []tsp.Named{{Collection: collection, SourceID: resource.SourceID(id)}}
}
