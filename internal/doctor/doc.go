// Package doctor runs checks side by side, each within a time, and says what they found and
// how to mend it. It knows neither servers nor settings: whoever builds the checks does.
package doctor
