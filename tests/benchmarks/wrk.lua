-- Sends the requests of a file ("path token" a line) in turn and prints a summary as JSON.

local threads = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

function init(arguments)
    requests = {}
    for line in io.lines(arguments[1]) do
        local path, token = line:match("^(%S+) (%S+)$")
        requests[#requests + 1] = wrk.format("GET", path, { Authorization = "Bearer " .. token })
    end
    position = math.floor(number * #requests / 2)
end

function request()
    position = position % #requests + 1
    return requests[position]
end

function done(summary, latency)
    local errors = summary.errors
    local failed = errors.connect + errors.timeout
    local dropped = errors.read + errors.write -- wrk connects again
    io.write(string.format(
        'JSON {"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, '
        .. '"failed": %d, "refused": %d, '
        .. '"dropped": %d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        failed, errors.status, dropped
    ))
end
