package traccar

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// maxAsked bounds the devices that one attempt asks for their drivers. What it learns is remembered, so
// that the next one goes on behind them.
const maxAsked = 100

// shown is what a device must be to show a text.
const shown = "Traccar shows texts only on devices whose protocol has the command message, " +
	"which of the released ones watch alone has"

// deviceFor finds the device that shows a driver a text: the one on which the driver signed in last, or
// else, of those that the driver is linked to, the one that reported last.
func (k known) deviceFor(ctx context.Context, send rest.Send, driver resource.SourceID) (int64, error) {
	if _, err := strconv.ParseInt(string(driver), 10, 64); err != nil {
		return 0, &tsp.Error{Class: tsp.Missing, Message: noDriver(driver)}
	}
	f, err := k.fleet.Get(ctx, send)
	if err != nil {
		return 0, err
	}
	device, err := f.signedIn(ctx, send, driver)
	if err == nil && device == 0 {
		device, err = f.linkedTo(ctx, send, driver)
	}
	if err == nil && device != 0 {
		return device, f.takes(ctx, send, device)
	}
	if err == nil {
		// Of a driver that is not there the links tell nothing.
		_, err = seenDriver(ctx, send, driver)
	}
	if err != nil {
		return 0, err
	}
	return 0, &tsp.Error{Class: tsp.Rejected, Message: fmt.Sprintf("the driver %s is linked to no device that shows texts at "+
		"Traccar: %d of its %d devices do; %s; POST /v2/telematics/driver-vehicle-associations links a driver to a device",
		driver, len(f.takers), f.devices, shown)}
}

// seenDriver reads a driver, of whom the server tells those who are linked to it, and administrators.
func seenDriver(ctx context.Context, send rest.Send, driver resource.SourceID) (row, error) {
	r, err := readOne(ctx, send, driversPath, driver)
	var e *tsp.Error
	if !errors.As(err, &e) {
		return r, err
	}
	with := *e
	switch e.Class {
	case tsp.Missing:
		with.Message = noDriver(driver)
	case tsp.Forbidden:
		with.Message += " (the user of the credentials must be an administrator or linked to the driver and the device)"
	}
	return r, &with
}

func noDriver(driver resource.SourceID) string {
	return "Traccar has no driver " + strconv.Quote(string(driver))
}

// signedIn looks for the device whose last position names the driver; 0 if there is none. It is asked for
// again, because somebody else may have signed in since.
func (f *fleet) signedIn(ctx context.Context, send rest.Send, driver resource.SourceID) (int64, error) {
	if !slices.ContainsFunc(f.takers, func(p position) bool { return p.driver() != "" }) {
		return 0, nil
	}
	r, err := seenDriver(ctx, send, driver)
	if err != nil {
		return 0, err
	}
	name := r.text("uniqueId")
	for _, p := range f.takers {
		if p.driver() != name {
			continue
		}
		last, err := positions(ctx, send, url.Values{"deviceId": {strconv.FormatInt(p.DeviceID, 10)}})
		if err != nil {
			return 0, err
		}
		if slices.ContainsFunc(last, func(p position) bool { return p.driver() == name }) {
			return p.DeviceID, nil
		}
	}
	return 0, nil
}

// linkedTo looks for the driver among the links of devices, the one that reported last first; 0 if none
// is linked. A link that is remembered is asked for again, because it may have been taken away.
func (f *fleet) linkedTo(ctx context.Context, send rest.Send, driver resource.SourceID) (int64, error) {
	asked := 0
	for _, p := range f.takers {
		if ids, known := f.of(p.DeviceID); known && !slices.Contains(ids, driver) {
			continue
		}
		if asked++; asked > maxAsked {
			return 0, &tsp.Error{Class: tsp.Unavailable, Message: fmt.Sprintf("the device of the driver %s is still being looked for: "+
				"%d devices of %d were asked in this attempt, and the next one goes on behind them", driver, maxAsked, len(f.takers))}
		}
		ids, err := f.ask(ctx, send, p.DeviceID)
		if err != nil {
			return 0, err
		}
		if slices.Contains(ids, driver) {
			return p.DeviceID, nil
		}
	}
	return 0, nil
}

// takes refuses a device that has come to report by a protocol without texts. While such a one is not
// connected the server would queue the command and, when the device reports, take the whole queue, fail
// at this command and lose the others as well (BaseProtocolDecoder.sendQueuedCommands).
func (f *fleet) takes(ctx context.Context, send rest.Send, device int64) error {
	shows, a, err := showsTexts(ctx, send, device)
	if err != nil || shows {
		return err
	}
	return &tsp.Error{Class: tsp.Rejected, Status: a.Status, Headers: a.Headers,
		Message: fmt.Sprintf("the driver's device %d shows no texts: %s", device, shown)}
}

// commandFor makes the command that shows a text to a driver.
func (k known) commandFor(ctx context.Context, send rest.Send, driver resource.SourceID, text string) (command, error) {
	found, err := k.deviceFor(ctx, send, driver)
	device := encoded(found)
	if awaited, previewed := tsp.Awaited("what-follows", err); previewed {
		device, err = encoded(awaited), nil
	}
	return command{DeviceID: device, Type: commandType, Description: "sent through Waybill",
		Attributes: map[string]string{"message": text}}, err
}

// sent reads the answer to a command. 200 repeats it, when the device is connected; 202 tells what was
// queued until it is, so that the message is not sent yet. Neither names it for good.
func sent(_ tsp.Write, a rest.Answer) (tsp.Written, error) {
	c, err := rest.Decode[command](a)
	switch {
	case err != nil:
		return tsp.Written{}, err
	case len(c.DeviceID) == 0 || c.DeviceID.Kind() == 'n' || string(c.DeviceID) == "0":
		return tsp.Written{}, a.Unconfirmed("Traccar's answer holds no command", nil)
	case a.Status == http.StatusAccepted:
		return tsp.Written{Collection: commands, Note: "queued until the device reports",
			Record: &tsp.Record{Collection: commands, Fields: encoded(map[string]string{"status": "pending"})}}, nil
	}
	return tsp.Written{Collection: commands}, nil
}
