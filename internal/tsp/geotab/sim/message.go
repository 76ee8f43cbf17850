package sim

import (
	"maps"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// How long after a message becomes active it is sent, delivered and read. Real terminals take what they take.
const (
	sentAfter      = 5 * time.Second
	deliveredAfter = 30 * time.Second
	readAfter      = 2 * time.Minute
)

// mostSpoken is the longest text that a GoTalk speaks, in characters.
const mostSpoken = 256

// messageEntity is TextMessage. No maximum length of a text is documented.
func (s *service) messageEntity() *entity {
	return &entity{
		name: "TextMessage", collection: textMessages, properties: messageProperties(), drivers: true,
		required: []string{"messageContent", "isDirectionToVehicle"},
		search: filters{
			"id": byID(), "deviceSearch": byEntity("device", "Device"), "recipientSearch": s.unlessOn(wideSearch, byEntity("recipient", "User")),
			"userSearch": byEntity("user", "User"), "fromDate": bySent(notBefore("sent")), "toDate": bySent(notAfter("sent")),
			"modifiedSinceDate": notBefore(modified), "isDirectionToVehicle": byFlag("isDirectionToVehicle"),
			"isDelivered": byState("isDelivered", "delivered"), "isRead": byState("isRead", "read"),
		},
		sorts: map[string]string{"id": "id", "date": "activeFrom"}, feeds: true,
		writing: &writing{
			begin: func(tx *simkit.Tx) simkit.Object {
				return simkit.Object{"activeFrom": stamp(tx.Now()), "activeTo": forever, modified: stamp(tx.Now())}
			},
			settle: settleMessage,
		},
		show: showMessage,
	}
}

// modified is when a message or its state changed last. It serves the search and is in no answer.
const modified = "_modified"

func messageProperties() properties {
	user := property{kind: referenceKind, of: users}
	moment := property{kind: momentKind}
	state := property{kind: momentKind, fixed: true}
	content := properties{
		"contentType": {values: []string{"Normal", "CannedResponse", "Location", "GoTalk"}}, "message": {},
		"urgent": {kind: flagKind}, "address": {}, "latitude": {kind: numberKind}, "longitude": {kind: numberKind},
		"cannedResponseOptions": {kind: listKind, members: properties{"id": {}, "text": {}}, needs: []string{"text"}},
	}
	return properties{
		"device": {kind: referenceKind, of: devices}, "recipient": user, "user": user,
		"isDirectionToVehicle": {kind: flagKind},
		"messageContent":       {kind: objectKind, members: content, needs: []string{"contentType"}},
		"parentMessage":        {kind: referenceKind, of: textMessages}, "activeFrom": moment, "activeTo": moment,
		"sent": state, "delivered": state, "read": state, "markedReadBy": user,
	}
}

// settleMessage applies the rules between properties. That a message with both a recipient and a device is refused is
// not documented.
func settleMessage(tx *simkit.Tx, before, after simkit.Object) error {
	_, recipient := after["recipient"]
	_, device := after["device"]
	if recipient == device {
		return argument("TextMessage must name either a recipient or a device")
	}
	content, _ := after["messageContent"].(simkit.Object)
	kind, words := simkit.Text(content, "contentType"), simkit.Text(content, "message")
	switch {
	case kind != "Location" && words == "":
		return argument("TextMessage.messageContent.message cannot be null or empty")
	case kind == "Location" && (content["latitude"] == nil || content["longitude"] == nil):
		return argument("TextMessage.messageContent: a location needs a latitude and a longitude")
	case kind == "CannedResponse" && len(list(content, "cannedResponseOptions")) == 0:
		return argument("TextMessage.messageContent: a canned response needs cannedResponseOptions")
	case kind == "GoTalk" && len([]rune(words)) > mostSpoken:
		return argument("TextMessage.messageContent.message exceeds the maximum length of %d characters", mostSpoken)
	}
	after[modified] = stamp(tx.Now())
	return settleReply(tx, before, after)
}

// settleReply holds that a message has one reply at most, and a reply none.
func settleReply(tx *simkit.Tx, before, after simkit.Object) error {
	parent := idIn(after["parentMessage"])
	if parent == "" || parent == idIn(before["parentMessage"]) {
		return nil
	}
	if i, ok := tx.Get(textMessages, parent); ok && i.Object["parentMessage"] != nil {
		return argument("TextMessage.parentMessage: %q is a reply itself", parent)
	}
	for _, i := range tx.Items(textMessages) {
		if idIn(i.Object["parentMessage"]) == parent {
			return argument("TextMessage.parentMessage: %q has a reply already", parent)
		}
	}
	return nil
}

// showMessage adds how far the message has got. One that was not sent before activeTo never is.
func showMessage(tx *simkit.Tx, i *simkit.Item) simkit.Object {
	o := maps.Clone(i.Object)
	from := momentOf(o["activeFrom"])
	if from.Before(i.At) {
		from = i.At
	}
	if from.Add(sentAfter).After(momentOf(o["activeTo"])) {
		return o
	}
	for _, state := range []struct {
		name  string
		after time.Duration
	}{{"sent", sentAfter}, {"delivered", deliveredAfter}, {"read", readAfter}} {
		at := from.Add(state.after)
		if at.After(tx.Now()) {
			break
		}
		o[state.name] = stamp(at)
		if at.After(momentOf(o[modified])) {
			o[modified] = stamp(at)
		}
	}
	return o
}

// bySent is a filter by the time at which a message was sent, which for one that was not is the end of time
// (TextMessageSearch and TextMessage.sent of Geotab's object model, read 2026-11-27).
func bySent(fits filter) filter {
	return func(q query, o simkit.Object, wanted any) (bool, error) {
		if o["sent"] == nil {
			o = simkit.Object{"sent": forever}
		}
		return fits(q, o, wanted)
	}
}

// byState fits whether a message has reached a state.
func byState(member, name string) filter {
	return wanting(member, "must be a boolean", func(_ query, o simkit.Object, wanted bool) bool {
		return (o[name] != nil) == wanted
	})
}
