-- Opens a file, waits for its diagnostic, takes the first quick fix, saves, and writes down what it
-- saw. Arguments, as global variables: `server` (a list), `opened`, `seen` (where to write to).
-- Runs from Neovim 0.7, Debian's, on.

local asked = vim.fn.json_decode(vim.env.ASGI_LINT_ASKED)
local seen = {}

local function wait(condition)
  return vim.wait(60000, condition, 20)
end

local function diagnostics()
  return vim.tbl_map(function(found)
    return { row = found.lnum + 1, column = found.col + 1, code = found.code, message = found.message }
  end, vim.diagnostic.get(0))
end

local function run()
  vim.o.swapfile = false
  vim.cmd("edit " .. asked.opened)
  vim.bo.filetype = "python"
  local config = { name = "asgi-lint", cmd = asked.server, root_dir = vim.fn.getcwd() }
  if vim.lsp.start then
    vim.lsp.start(config)
  else
    vim.lsp.buf_attach_client(0, vim.lsp.start_client(config))
  end
  wait(function() return #vim.diagnostic.get(0) > 0 end)
  seen.before = diagnostics()
  local first = vim.diagnostic.get(0)[1]
  vim.api.nvim_win_set_cursor(0, { first.lnum + 1, first.col })

  local contents
  vim.lsp.buf_request(0, "textDocument/hover", vim.lsp.util.make_position_params(0, "utf-16"), function(_, result)
    contents = result.contents.value
  end)
  wait(function() return contents ~= nil end)
  seen.hover = vim.split(contents, "\n")[1]

  vim.ui.select = function(items, options, choose)
    seen.offered = vim.tbl_map(function(item) return options.format_item(item) end, items)
    choose(items[1], 1)
  end
  local tick = vim.b.changedtick
  vim.lsp.buf.code_action()
  wait(function() return vim.b.changedtick > tick end)
  wait(function() return #vim.diagnostic.get(0) == 0 end)
  seen.after = diagnostics()
  vim.cmd("write")
end

local is_well, problem = pcall(run)
seen.problem = not is_well and tostring(problem) or nil
vim.fn.writefile({ vim.fn.json_encode(seen) }, asked.seen)
vim.cmd("qall!")
