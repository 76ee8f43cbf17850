package sim

import (
	"fmt"
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Messages (developer-docs.gomotive.com/reference/messages-overview, send-a-message-to-a-user,
// send-a-a-bulk-message-to-your-users-v2 and fetch-a-list-of-all-the-messages). The pages list the members of a message
// as query parameters, and every example sends them as JSON: only JSON is taken.

var (
	messageFilters    = paged("min_updated_at", "max_updated_at")
	messageV1Required = []string{"recipient_id", "body"}
	messageV2Required = []string{"sender_id", "body"}
)

// messageV1Shape is the body of POST /v1/messages. A largest length is not documented.
func messageV1Shape() simkit.Shape {
	return simkit.Shape{
		"recipient_id": simkit.Integer, "body": simkit.String(1, 0), "status": simkit.Enum("sent", "delivered", "read"),
	}
}

// messageV2Shape is the body of POST /v2/messages.
func messageV2Shape() simkit.Shape {
	return simkit.Shape{
		"sender_id": simkit.Integer, "receiver_id": simkit.Integer, "receiver_ids": simkit.List(simkit.Integer),
		"body": simkit.String(1, 0),
	}
}

// postMessageV1 sends a message to one user on behalf of X-User-Id. The answer has no id.
func postMessageV1(tx *simkit.Tx, c *simkit.Call) (any, error) {
	sender := caller(c).user
	if sender == 0 {
		return nil, simkit.Invalid("the header X-User-Id is required: it is the sender")
	}
	recipients := []int64{simkit.Int(c.Body, "recipient_id")}
	if _, err := sendMessage(tx, sender, recipients, simkit.Text(c.Body, "body")); err != nil {
		return nil, err
	}
	return simkit.Object{"success": true}, nil
}

// postMessageV2 sends one message to one or more users.
func postMessageV2(tx *simkit.Tx, c *simkit.Call) (any, error) {
	_, one := c.Body["receiver_id"]
	_, several := c.Body["receiver_ids"]
	recipients := simkit.Elements[int64](c.Body, "receiver_ids")
	if one {
		recipients = []int64{simkit.Int(c.Body, "receiver_id")}
	}
	if one == several || len(recipients) == 0 {
		return nil, simkit.Invalid("receiver_ids, or receiver_id in its place, must name at least one user")
	}
	o, err := sendMessage(tx, simkit.Int(c.Body, "sender_id"), recipients, simkit.Text(c.Body, "body"))
	if err != nil {
		return nil, err
	}
	return simkit.Object{"message": pick(o, "id", "sent_at", "sender_id", "recipient_ids", "body", "attachment",
		"location", "status")}, nil
}

// sendMessage stores a message. That an unknown user refuses all of it is not documented.
func sendMessage(tx *simkit.Tx, sender int64, recipients []int64, body string) (simkit.Object, error) {
	if _, err := exists(tx, users, "sender_id", sender); err != nil {
		return nil, err
	}
	ids := make([]any, 0, len(recipients))
	for _, id := range recipients {
		if _, err := exists(tx, users, "receiver_ids", id); err != nil {
			return nil, err
		}
		if !slices.Contains(ids, any(id)) {
			ids = append(ids, id)
		}
	}
	id := fmt.Sprintf("5fbd1c7e%016x", tx.NextSeq())
	o := simkit.Object{
		"id": id, "sent_at": timestamp(tx.Now()), "updated_at": timestamp(tx.Now()), "sender_id": sender,
		"recipient_ids": ids, "body": body, "attachment": nil, "location": nil, "status": "sent",
	}
	return o, tx.Put(messages, id, o)
}

// listMessages shows the messages that the user in X-User-Id has sent, which the page demands, one row for each
// recipient. Order, and that the rows of one message share its id, are not documented.
func (s *service) listMessages(tx *simkit.Tx, c *simkit.Call) (any, error) {
	sender := caller(c).user
	if sender == 0 && !s.Host.On(listAllMessages) {
		return nil, simkit.Invalid("the header X-User-Id is required: it is whose messages are listed")
	}
	from, bounded, err := moment(c, "min_updated_at")
	if err != nil {
		return nil, err
	}
	to, ends, err := moment(c, "max_updated_at")
	if err != nil {
		return nil, err
	}
	var rows []simkit.Object
	for _, i := range tx.Items(messages) {
		others := sender != 0 && simkit.Int(i.Object, "sender_id") != sender && !s.Host.On(wideMessages)
		if others || bounded && i.At.Before(from) || ends && i.At.After(to) {
			continue
		}
		for _, id := range simkit.Elements[int64](i.Object, "recipient_ids") {
			row := pick(i.Object, "id", "updated_at", "sent_at", "sender_id", "body", "attachment", "location", "status")
			row["recipient_id"] = id
			rows = append(rows, row)
		}
	}
	return page(c, "messages", "message", rows)
}
