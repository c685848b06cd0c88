-- Sends the requests of a file, one after the other, and prints counts as one line of JSON.
--
-- wrk … -s cycle.lua URL -- KIND METHOD TARGET HEADERS FILE
--   KIND     `path`: a line of FILE is a path; `body`: a line of FILE is a body for TARGET
--   HEADERS  a file with a header a line

local lines, before, between, after, at = {}, nil, nil, nil, 0

local function head(file)
  local text = "Host: " .. wrk.headers["Host"] .. "\r\n"
  for line in io.lines(file) do
    text = text .. line .. "\r\n"
  end
  return text
end

function init(args)
  local kind, method, target, headers, file = args[1], args[2], args[3], args[4], args[5]
  if kind == "path" then
    before, after = method .. " ", " HTTP/1.1\r\n" .. head(headers) .. "\r\n"
  else
    before = method .. " " .. target .. " HTTP/1.1\r\n" .. head(headers) .. "Content-Length: "
    between = "\r\n\r\n"
  end
  for line in io.lines(file) do
    lines[#lines + 1] = line
  end
end

function request()
  at = at % #lines + 1
  local line = lines[at]
  if between then
    return before .. #line .. between .. line
  end
  return before .. line .. after
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "microseconds": %d, "refused": %d, "broken": %d, "median": %d}\n',
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50)))
end
