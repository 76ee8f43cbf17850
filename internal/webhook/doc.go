// Package webhook holds everything about subscriptions and deliveries except their storage,
// their scheduling and the routes of the API: what a partner may ask for (Service), how an
// event looks on the wire (Envelope), how it is signed and verified (Verify), how one attempt
// is sent and judged (Sender), and when attempts follow each other (Schedule).
//
// It declares the ports Store, Sealer and URLPolicy; other packages implement them.
package webhook
