package traccar

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const (
	sendPath  = "/api/commands/send"
	linksPath = "/api/permissions"
	typesPath = "/api/commands/types"
)

// commandType is the command that shows a text on a device's screen.
const commandType = "message"

// unread is what no look-up can know.
const unread = "the server does not tell which commands were sent, so whether a message without an answer arrived " +
	"cannot be found out"

// command is what a device is told.
type command struct {
	DeviceID int64  `json:"deviceId"`
	Type     string `json:"type"`
	// Description is shown nowhere. Without it the server answers null, which its document lacks.
	Description string            `json:"description"`
	Attributes  map[string]string `json:"attributes"`
}

// createMessage sends a message. Nobody can read which commands were sent, and they have no key
// of ours, so one whose outcome is unknown is never sent again.
func createMessage() rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindMessage, Verb: resource.Create},
		Strength:   tsp.None,
		Unknowable: unread,
		Uses: tsp.Uses{
			"sender_id":           tsp.Dropped(unsigned),
			"recipient_id":        tsp.Sent().Into(drivers),
			"message_text":        tsp.Required(),
			"priority":            tsp.Dropped(equal),
			"reply_to_message_id": tsp.Dropped("its messages answer no other"),
		},
		Method: http.MethodPost,
		Path:   sendPath,
		Compose: func(ctx context.Context, send rest.Send, w tsp.Write) (any, error) {
			m, _ := w.Payload.(*resource.Message)
			to, _ := w.Refs.One("recipient_id")
			return commandFor(ctx, send, to, m.MessageText.Or(""))
		},
		Decode: sent,
	}
}

// createGroupMessage sends a message to each recipient: the server's own groups are of devices.
func createGroupMessage() rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindGroupMessage, Verb: resource.Create},
		Strength:   tsp.None,
		Unknowable: unread,
		Uses: tsp.Uses{
			"sender_id":     tsp.Dropped(unsigned),
			"recipient_ids": tsp.Sent().Into(drivers),
			"message_text":  tsp.Required(),
			"priority":      tsp.Dropped(equal),
		},
		Each: func(w tsp.Write) ([]rest.Step, error) {
			m, _ := w.Payload.(*resource.GroupMessage)
			var steps []rest.Step
			for _, to := range w.Refs["recipient_ids"] {
				key := "recipient " + string(to)
				if slices.ContainsFunc(steps, func(s rest.Step) bool { return s.Key == key }) {
					continue
				}
				steps = append(steps, rest.Step{Key: key, Part: key, Method: http.MethodPost, Path: sendPath, Harms: true, Decode: sent,
					Compose: func(ctx context.Context, send rest.Send, _ tsp.Write) (any, error) {
						return commandFor(ctx, send, to, m.MessageText.Or(""))
					}})
			}
			return steps, nil
		},
	}
}

// The reasons that messages share.
const (
	unsigned = "its messages come from the server"
	equal    = "its messages have no priority"
)

// commandFor makes the command that shows a text to a driver.
func commandFor(ctx context.Context, send rest.Send, driver resource.SourceID, text string) (command, error) {
	device, err := deviceOf(ctx, send, driver)
	if err == nil {
		err = takesMessages(ctx, send, device)
	}
	return command{DeviceID: device, Type: commandType, Description: "sent through Waybill", Attributes: map[string]string{"message": text}}, err
}

// takesMessages refuses a device whose protocol has no messages. While such a one is not connected
// the server would queue the command and, when the device reports, take the whole queue, fail at
// this command and lose the others as well (BaseProtocolDecoder.sendQueuedCommands).
func takesMessages(ctx context.Context, send rest.Send, device int64) error {
	id := strconv.FormatInt(device, 10)
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: typesPath, Query: url.Values{"deviceId": {id}}})
	if err != nil {
		return err
	}
	types, err := rest.Decode[[]command](a)
	if err != nil || slices.ContainsFunc(types, func(c command) bool { return c.Type == commandType }) {
		return err
	}
	return &tsp.Error{Class: tsp.Rejected, Status: a.Status, Headers: a.Headers, Message: "the driver's device " + id +
		" takes no messages: Traccar sends them by few protocols, and knows that of a device from what it last reported"}
}

// deviceOf finds the device that a driver is linked to. Only administrators may ask
// (PermissionsResource); the members of the answer are named by the database, in capitals or not
// (QueryBuilder.executePermissionsQuery).
func deviceOf(ctx context.Context, send rest.Send, driver resource.SourceID) (int64, error) {
	if _, err := strconv.ParseInt(string(driver), 10, 64); err != nil {
		return 0, &tsp.Error{Class: tsp.Missing, Message: "Traccar has no driver " + strconv.Quote(string(driver))}
	}
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: linksPath, Query: url.Values{"deviceId": {"0"}, "driverId": {string(driver)}}})
	var e *tsp.Error
	if errors.As(err, &e) && e.Class == tsp.Forbidden {
		with := *e
		with.Message += " (only an administrator can ask which device a driver is linked to; connect with the credentials of one)"
		return 0, &with
	}
	if err != nil {
		return 0, err
	}
	links, err := rest.Decode[[]object](a)
	if err != nil {
		return 0, err
	}
	var found []int64
	for _, link := range links {
		for name, value := range link {
			var id int64
			if strings.EqualFold(name, "deviceId") && json.Unmarshal(value, &id) == nil && !slices.Contains(found, id) {
				found = append(found, id)
			}
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	message := "the driver " + string(driver) + " is linked to no device at Traccar, and messages go to devices"
	if len(found) > 1 {
		message = "the driver " + string(driver) + " is linked to several devices at Traccar, so that nobody knows which one shows the message"
	}
	return 0, &tsp.Error{Class: tsp.Rejected, Message: message, Status: a.Status, Headers: a.Headers}
}

// sent reads the answer to a command. 200 repeats it and 202 tells what was queued; neither
// names it for good.
func sent(_ tsp.Write, a rest.Answer) (tsp.Written, error) {
	c, err := rest.Decode[command](a)
	switch {
	case err != nil:
		return tsp.Written{}, err
	case c.DeviceID == 0:
		return tsp.Written{}, a.Unconfirmed("Traccar's answer holds no command", nil)
	case a.Status == http.StatusAccepted:
		return tsp.Written{Collection: commands, Note: "queued until the device reports"}, nil
	}
	return tsp.Written{Collection: commands}, nil
}
